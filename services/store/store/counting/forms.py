from django import forms

from store.shelves import codes


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
