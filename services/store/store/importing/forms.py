from django import forms
from django.conf import settings
from django.core.validators import RegexValidator

from store.importing.rows import FIELDS

NAMES = {
    "isbn13": "ISBN",
    "title": "title",
    "authors": "authors",
    "first_published": "year of first publication",
    "language": "language",
    "price": "price, tax included",
    "currency": "currency",
    "copies": "copies",
    "subtitle": "subtitle",
    "series": "series",
    "series_number": "number in the series",
    "contributors": "others who made it",
    "publisher": "publisher",
    "imprint_of": "imprint of",
    "pages": "pages",
    "description": "description",
    "format": "format",
    "categories": "categories",
    "shelf": "shelf",
}
CHOICES = [("", "— leave out —"), *((field, NAMES[field]) for field in FIELDS)]
CURRENCY = forms.CharField(
    max_length=3,
    initial="EUR",
    validators=[RegexValidator("^[A-Z]{3}$", "Write three capitals such as EUR.")],
    help_text="ONIX: prices in this one are taken. CSV: what prices are in, if no column says it.",
)


class UploadForm(forms.Form):
    file = forms.FileField(
        help_text=f"CSV in UTF-8, or ONIX 3.0 or 3.1; up to {settings.LARGEST_IMPORT_BYTES // 2**30} GB.",
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xml,.onix,text/csv,text/xml,application/xml"}),
    )
    currency = CURRENCY
    country = forms.CharField(
        max_length=2,
        required=False,
        validators=[RegexValidator("^[A-Z]{2}$", "Write two capitals such as DE, or nothing.")],
        help_text="ONIX: where we sell, such as DE, if a publisher's prices differ from country to country.",
    )


class ColumnsForm(forms.Form):
    """A choice for each column of the file, in its order."""

    def __init__(self, *args, header: list[str], sample: list[str], columns: list[str], currency: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.places = []
        for place, name in enumerate(header):
            shown = sample[place] if place < len(sample) else ""
            self.fields[f"column_{place}"] = forms.ChoiceField(
                choices=CHOICES,
                required=False,
                label=name[:60] or f"column {place + 1}",
                initial=columns[place] if place < len(columns) else "",
            )
            self.places.append((f"column_{place}", shown[:80]))
        self.fields["currency"] = forms.CharField(
            max_length=3,
            initial=currency,
            label="currency of prices without a column for it",
            validators=CURRENCY.validators,
        )

    @property
    def rows(self):
        return [(self[name], sample) for name, sample in self.places]

    @property
    def columns(self) -> list[str]:
        return [self.cleaned_data[name] for name, _ in self.places]
