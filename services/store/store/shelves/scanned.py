"""What the hidden fields of a page for scanning say; nothing in them is trusted."""

from django.http import QueryDict

from store.shelves.codes import LONGEST_SHELF


def shelf_of(form: QueryDict) -> str:
    """The shelf that was scanned before, or nothing."""
    return form.get("shelf", "").replace("\x00", "").strip()[:LONGEST_SHELF]


def revision_of(form: QueryDict) -> int | None:
    """The number of changes that the page knew of."""
    revision = form.get("revision", "")
    return int(revision) if revision.isascii() and revision.isdigit() and len(revision) < 10 else None
