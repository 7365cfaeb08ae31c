"""What staff note of copies."""

from django import forms
from django.contrib.admin.helpers import ActionForm

from store.shelves.barcodes import require_barcode
from store.shelves.codes import NotAShelf
from store.shelves.naming import shelf_named
from store.stock.models import ON_A_SHELF, BookItem, Condition

MOST_AT_ONCE = 500


class CopyForm(forms.ModelForm):
    class Meta:
        model = BookItem
        fields = ["shelf", "condition", "condition_note", "own_price"]

    news = ""  # of the shelf, after `is_valid`

    def clean_shelf(self) -> str:
        shelf = self.cleaned_data["shelf"]
        if not shelf or (self.instance.pk and "shelf" not in self.changed_data):
            return shelf
        try:
            meant = shelf_named(shelf)
        except NotAShelf as refusal:
            raise forms.ValidationError(str(refusal)) from None
        self.news = meant.news
        return meant.name

    def clean(self):
        said = super().clean()
        is_new = said.get("condition") == Condition.NEW
        if is_new and said.get("own_price") is not None:
            self.add_error("own_price", "A new copy is sold at the book's price; leave this empty.")
        if not is_new and "condition" in said and not said.get("condition_note"):
            self.add_error("condition_note", "Write what a buyer should know of this copy.")
        if said.get("condition") == Condition.USED and said.get("own_price") is None and "own_price" in said:
            self.add_error("own_price", "Write what this used copy costs.")
        if self.instance.pk and "shelf" in self.changed_data and self.instance.state not in ON_A_SHELF:
            self.add_error("shelf", f"This copy is {self.instance.get_state_display()}: it is on no shelf.")
        return said


class NewCopiesForm(CopyForm):
    number = forms.IntegerField(min_value=1, max_value=MOST_AT_ONCE, initial=1, label="how many")
    barcode = forms.CharField(
        max_length=40,
        required=False,
        help_text="For a single copy that has one. Left empty, the next numbers are taken.",
    )

    class Meta(CopyForm.Meta):
        fields = ["book", *CopyForm.Meta.fields]

    def clean(self):
        if self.cleaned_data.get("barcode") and self.cleaned_data.get("number", 1) > 1:
            self.add_error("barcode", "A barcode is for a single copy; leave it empty for several.")
        return super().clean()

    def clean_barcode(self) -> str:
        if barcode := self.cleaned_data["barcode"]:
            try:
                require_barcode(barcode)
            except ValueError as refusal:
                raise forms.ValidationError(str(refusal)) from None
        return barcode


class ActionWithReason(ActionForm):
    reason = forms.CharField(required=False, max_length=500, label="Reason:")
