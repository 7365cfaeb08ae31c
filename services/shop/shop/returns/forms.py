"""The form of a return: how many copies of each line, why, and the customer's own words."""

from uuid import uuid4

from django import forms

from shop.orders.models import OrderLine
from shop.pages.plain import PlainForm
from shop.returns.models import LONGEST_WORDS, Why

PREFIX = "line_"


class ReturnForm(PlainForm, forms.Form):
    why = forms.ChoiceField(
        label="Why do you send them back?",
        choices=[("", "Please choose"), *[choice for choice in Why.choices if choice[0] != Why.UNASKED]],
        error_messages={"required": "Please choose a reason."},
    )
    words = forms.CharField(
        label="In your words",
        required=False,
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="If something is wrong with a book, tell us what.",
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args, lines: list[OrderLine], left: dict[int, int], **options):
        """:param left: how many copies of each line can be sent back, by the line's position."""
        super().__init__(*args, initial={"key": uuid4()}, **options)
        chosen = {}
        for line in lines:
            if (most := left.get(line.position, 0)) > 0:
                choices = [(0, "none"), *((number, f"{number} of {line.shipped}") for number in range(1, most + 1))]
                chosen[f"{PREFIX}{line.position}"] = forms.TypedChoiceField(
                    label=f"Copies of “{line.title}”", coerce=int, choices=choices, initial=0
                )
        self.fields = chosen | self.fields

    @property
    def wanted(self) -> dict[int, int]:
        """Copies by the position of their line. Of a valid form only."""
        said = self.cleaned_data
        return {int(name.removeprefix(PREFIX)): said[name] for name in said if name.startswith(PREFIX)}
