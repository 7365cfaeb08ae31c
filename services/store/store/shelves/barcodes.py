"""What may be the barcode of a copy: only what is read as nothing else when it is scanned."""

import re

from store.orders.codes import LONGEST_LABEL, Code, place_of
from store.returns.labels import LABEL as LABEL_OF_RETURN
from store.shelves import codes
from store.stock.models import BookItem, is_number_of_ours

ORDER_REFERENCE = re.compile(r"[0-9A-F]{4}-[0-9A-F]{4}", re.IGNORECASE)


def require_barcode(text: str) -> None:
    """:raises ValueError: with a sentence, if the text would not be found again by a scanner, or is another copy's."""
    if not codes.is_printable(text) or len(text) > LONGEST_LABEL:
        raise ValueError(f"A barcode has the letters A to Z, digits and dashes, {LONGEST_LABEL} at most.")
    if is_number_of_ours(text):
        raise ValueError("Numbers like this one are given by the warehouse: leave it empty, and the next one is taken.")
    if LABEL_OF_RETURN.match(text.upper()) or ORDER_REFERENCE.fullmatch(text):
        raise ValueError("A scanner would take this for the number of a return or an order.")
    try:
        code = codes.read(text)
    except codes.NotACode:
        raise ValueError("A scanner would take this for nothing.") from None
    if isinstance(code, codes.Shelf):
        raise ValueError("A scanner would take this for a shelf.")
    if not isinstance(code, Code):
        raise ValueError(f"A scanner would take this for a command of the {place_of(code)}: {code.value}.")
    if code.isbn13:
        raise ValueError(
            "This is the number of a book, which all its copies share; leave it empty for a number of ours."
        )
    if code.text != text:
        raise ValueError(f"A scanner would read this as “{code.text}”.")
    if BookItem.objects.named(text).exists():
        raise ValueError("Another copy has this barcode.")
