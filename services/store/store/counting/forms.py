from django import forms

from store.shelves import codes


class SettleForm(forms.Form):
    """What became of a copy that no shelf is known for, so that none can be counted."""

    task = forms.IntegerField(min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)
    note = forms.CharField(max_length=500)


class StartForm(forms.Form):
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
        said = self.cleaned_data["shelf"]
        name = found[1] if (found := codes.SHELF.match(said)) else said
        if len(name) > codes.LONGEST_SHELF:
            raise forms.ValidationError(f"A shelf's name has {codes.LONGEST_SHELF} letters at most.")
        return name
