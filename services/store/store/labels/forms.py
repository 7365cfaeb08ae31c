"""What is to stand on labels, and on which paper."""

from django import forms

from store.labels import wanted
from store.labels.drawing import ON_A_SHEET, CopyLabel, Paper, ShelfLabel
from store.shelves.codes import LONGEST_SHELF, NotAShelf, is_printable
from store.shelves.naming import spelled

MOST_AT_ONCE = 20 * ON_A_SHEET  # what somebody waits for; more are drawn in the background
MOST_LABELS = 10_000
LONGEST_TEXT = 500_000
UNKNOWN_SHOWN = 5
HOW_MANY = f"{MOST_LABELS:,} at most. More than {MOST_AT_ONCE} are drawn in the background."


class LabelsForm(forms.Form):
    """What is typed stays there with its mistakes. :ivar names: and :ivar labels: after `is_valid`."""

    what = forms.CharField(
        max_length=LONGEST_TEXT,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "autocomplete": "off", "spellcheck": "false"}),
    )
    paper = forms.ChoiceField(
        choices=[
            (Paper.SHEET.value, "sheet of A4, 3 by 8 labels of 70 × 37 mm"),
            (Paper.ROLL.value, "roll, labels of 57 × 32 mm"),
        ],
        initial=Paper.SHEET.value,
    )
    start = forms.IntegerField(
        min_value=1,
        max_value=ON_A_SHEET,
        initial=1,
        required=False,
        label="start at label",
        help_text=f"Of a sheet that was begun: 1 is above on the left, {ON_A_SHEET} below on the right.",
    )

    def clean_what(self) -> str:
        said = self.cleaned_data["what"]
        names = list(dict.fromkeys(line.strip() for line in said.splitlines() if line.strip()))
        if not names:
            raise forms.ValidationError("Write one a line.")
        if len(names) > MOST_LABELS:
            raise forms.ValidationError(
                f"{len(names):,} labels; {MOST_LABELS:,} at most are printed at once. Print them in parts."
            )
        self.names = names
        self.labels = self.labels_of(names)
        return said

    def clean_start(self) -> int:
        return self.cleaned_data["start"] or 1


class CopyLabelsForm(LabelsForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["what"].label = "barcodes of the copies"
        self.fields["what"].help_text = f"One a line, in the order of the labels; {HOW_MANY}"

    def labels_of(self, names: list[str]) -> list[CopyLabel]:
        labels, unknown = wanted.of_copies(names)
        if unknown:
            unknown = [name[:40] for name in unknown]
            more = f" and {len(unknown) - UNKNOWN_SHOWN} more" if len(unknown) > UNKNOWN_SHOWN else ""
            raise forms.ValidationError(
                f"No copy has the barcode {', '.join(unknown[:UNKNOWN_SHOWN])}{more}. Nothing was printed."
            )
        return labels


class ShelfLabelsForm(LabelsForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["what"].label = "shelves"
        self.fields["what"].help_text = f"One a line; {HOW_MANY}"

    def labels_of(self, names: list[str]) -> list[ShelfLabel]:
        self.names = names = list(dict.fromkeys(spelled(names).values()))
        for name in names:
            if len(name) > LONGEST_SHELF or not is_printable(name):
                raise forms.ValidationError(str(NotAShelf(name)))
        return wanted.of_shelves(names)
