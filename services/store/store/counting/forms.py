from django import forms

from store.shelves import codes
from store.shelves.naming import shelf_named


class SettleForm(forms.Form):
    """What became of a copy that no shelf is known for, so that none can be counted."""

    task = forms.IntegerField(min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)
    note = forms.CharField(max_length=500)


class StartForm(forms.Form):
    """:ivar news: after `is_valid`, a sentence if no copy was ever put on the shelf."""

    shelf = forms.CharField(
        max_length=200,
        label="shelf",
        help_text="Scan its label, or type its name.",
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false", "autofocus": True}
        ),
    )
    blind = forms.BooleanField(required=False, label="blind: show what should be there only at the end")

    def clean_shelf(self) -> str:
        try:
            meant = shelf_named(self.cleaned_data["shelf"])
        except codes.NotAShelf as refusal:
            raise forms.ValidationError(str(refusal)) from None
        self.news = meant.news
        return meant.name
