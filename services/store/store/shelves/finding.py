"""The copy that was scanned, or why it is none."""

from store.catalogue.models import Book
from store.orders.codes import AtDesk, Code, Command, NotACode, place_of
from store.orders.story import copy_in_a_sentence
from store.shelves import codes
from store.stock.models import BookItem, LedgerLine
from store.stock.operations import lock_copies, lock_levels


class Refused(Exception):
    """What was scanned cannot be done; the text is a sentence for who scanned."""


def shelf_or_code(scanned: str, *, wanted: str) -> codes.Shelf | Code:
    """What was scanned on a page that has no use for the bench's commands.

    :param wanted: what to scan instead of one, in words.
    :raises NotACode, Refused:
    """
    code = codes.read(scanned)
    if isinstance(code, Command | AtDesk):
        raise Refused(f"That is a command of the {place_of(code)}. Scan {wanted}.")
    return code


def copy_with(code: Code) -> BookItem | None:
    """The copy with this label, with its book; of two, the one whose label is just as it was scanned."""
    found = BookItem.objects.select_related("book").filter(barcode__in=code.labels)
    return min(found, key=lambda copy: copy.barcode != code.text, default=None)


def copy_labelled(code: Code) -> BookItem:
    """The copy with this label, with its book.

    :raises Refused: also if it is the code of a book.
    """
    if found := copy_with(code):
        return found
    if book := code.isbn13 and Book.objects.filter(isbn13=code.isbn13).first():
        raise Refused(f"That is the code of “{book}”, which all its copies share. Scan the label of the copy itself.")
    if code.order:
        raise Refused(f"“{code.text}” is no copy of ours. If it stands on a packing slip, it is the order's reference.")
    raise Refused(str(NotACode(code.text)))


def locked(copy: BookItem) -> BookItem:
    """Step: the copy and its book's level, ours until the transaction ends."""
    lock_levels([copy.book_id])
    return lock_copies([copy.pk])[0]


def story_of(copy: BookItem) -> str:
    """Where the copy is, since when, and by whom."""
    return copy_in_a_sentence(copy, LedgerLine.objects.filter(copy=copy).latest("id"))
