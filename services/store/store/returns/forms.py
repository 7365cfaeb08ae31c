from django import forms

from store.orders.models import LARGEST_QUANTITY
from store.returns.models import Outcome


class RefuseForm(forms.Form):
    reason = forms.CharField(
        label="Why it is refused",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="The customer reads this in the letter and on the order's page.",
        error_messages={"required": "Say why: the customer reads it."},
    )


class InspectForm(forms.Form):
    """What a look at one copy showed."""

    returned = forms.IntegerField(min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)
    outcome = forms.ChoiceField(
        label="What becomes of it",
        choices=[(Outcome.RESTOCKED, "As sent: back on the shelf"), (Outcome.DAMAGED, "Damaged: put it away")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose whether it goes back on the shelf or is damaged."},
    )
    refund = forms.BooleanField(label="Its money goes back to the customer", required=False, initial=True)
    note = forms.CharField(
        label="Note", required=False, max_length=300, help_text="For the copy's ledger; the customer does not see it."
    )

    def clean_outcome(self) -> Outcome:
        return Outcome(self.cleaned_data["outcome"])


class InsteadForm(forms.Form):
    """What the parcel had instead of a line's copies."""

    line = forms.IntegerField(min_value=1, max_value=2**15 - 1, widget=forms.HiddenInput)
    expected = forms.IntegerField(min_value=1, max_value=LARGEST_QUANTITY, widget=forms.HiddenInput)
    number = forms.IntegerField(label="How many", min_value=1, max_value=LARGEST_QUANTITY, initial=1)
    what = forms.ChoiceField(
        label="What came instead",
        choices=[("missing", "nothing: they are missing"), ("not_ours", "something that is not ours")],
    )

    @property
    def noted(self) -> dict[str, int]:
        return {self.cleaned_data["what"]: self.cleaned_data["number"]}
