"""What is to stand on the labels of copies and shelves that are named."""

from collections.abc import Sequence

from store.labels.drawing import CopyLabel, ShelfLabel
from store.stock.models import BookItem


def of_copies(barcodes: Sequence[str]) -> tuple[list[CopyLabel], list[str]]:
    """The labels in this order, by one statement; and the barcodes that no copy has."""
    known = {copy.barcode: copy for copy in BookItem.objects.filter(barcode__in=barcodes).select_related("book")}
    found = [known[barcode] for barcode in barcodes if barcode in known]
    labels = [
        CopyLabel(copy.barcode, copy.book.isbn13, copy.book.title, copy.shelf, copy.condition_in_words)
        for copy in found
    ]
    return labels, [barcode for barcode in barcodes if barcode not in known]


def of_shelves(names: Sequence[str]) -> list[ShelfLabel]:
    return [ShelfLabel(name) for name in names]
