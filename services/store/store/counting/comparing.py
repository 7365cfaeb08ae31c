"""What should stand on a shelf, beside what was found there."""

from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import Exists, OuterRef, QuerySet

from store.counting.models import CountedCopy, Outcome, ShelfCount
from store.stock.models import ON_A_SHELF, BookItem, CopyState, LedgerLine


class Sheet(NamedTuple):
    """Copies by what is to be noted of them."""

    here: list[BookItem]
    moved: list[BookItem]
    found: list[BookItem]
    odd: list[BookItem]
    missing: list[BookItem]


def compare(count: ShelfCount) -> Sheet:
    """This function will sort what was scanned, and what was not, with two statements."""
    counted = BookItem.objects.filter(pk__in=CountedCopy.objects.filter(count=count).values("copy"))
    return sort(count, counted.select_related("book").order_by("-pk"), not_counted(count).select_related("book"))


def sort(count: ShelfCount, counted: Iterable[BookItem], missing: Iterable[BookItem]) -> Sheet:
    """:param missing: copies that should be there and were not scanned."""
    sheet = Sheet([], [], [], [], list(missing))
    piles = {Outcome.HERE: sheet.here, Outcome.MOVED: sheet.moved, Outcome.FOUND: sheet.found, Outcome.LEFT: sheet.odd}
    for copy in counted:
        piles[outcome_of(copy, count.shelf)].append(copy)
    return sheet


def outcome_of(copy: BookItem, shelf: str) -> Outcome:
    """What it means that this copy was found on the shelf."""
    if copy.state == CopyState.MISSING:
        return Outcome.FOUND
    if copy.state not in ON_A_SHELF:
        return Outcome.LEFT
    return Outcome.HERE if copy.shelf == shelf else Outcome.MOVED


def not_counted(count: ShelfCount) -> QuerySet:
    """Copies that should be on the shelf and were not scanned. What changed since the count began is left alone."""
    counted = CountedCopy.objects.filter(count=count, copy=OuterRef("pk"))
    changed = LedgerLine.objects.filter(copy=OuterRef("pk"), at__gte=count.started_at)
    should = BookItem.objects.filter(shelf=count.shelf, state=CopyState.AVAILABLE)
    return should.filter(~Exists(counted), ~Exists(changed)).order_by("pk")
