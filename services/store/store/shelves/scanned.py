"""What the hidden fields of a page for scanning say; nothing in them is trusted."""

from django.http import QueryDict

from store.shelves.codes import LONGEST_SHELF


def shelf_of(form: QueryDict) -> str:
    """The shelf that was scanned before, or nothing."""
    return form.get("shelf", "").replace("\x00", "").strip()[:LONGEST_SHELF]


def revision_of(form: QueryDict) -> int | None:
    """The number of changes that the page knew of."""
    return number_of(form, "revision")


def number_of(form: QueryDict, name: str) -> int | None:
    """A number from 0 to a billion, or nothing."""
    said = form.get(name, "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else None
