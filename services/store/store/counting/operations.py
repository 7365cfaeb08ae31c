"""A shelf is counted, copy by copy, and what came out is posted to the ledger."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from django.db import IntegrityError, transaction

from store.counting import tasks
from store.counting.comparing import Sheet, not_counted, outcome_of, sort
from store.counting.models import CountedCopy, CountState, Outcome, ShelfCount
from store.holds.operations import lapse_due_holds
from store.orders.codes import Code
from store.shelves.finding import Refused, copy_labelled, story_of
from store.stock.models import BookItem, Condition, CopyState
from store.stock.operations import lock_copies, lock_levels, note_copies, shelve_copies
from store.waiting import InProgress

PROMISED = "Open orders and checkouts wait for it: note it on the order's page as not deliverable."


class CountedAlready(Refused):
    """The copy was scanned before."""


def start(*, shelf: str, blind: bool, actor: str, now: datetime) -> ShelfCount:
    """Begin to count the shelf, or go on with its open count.

    :param shelf: as `shelves.naming` writes it.
    :param blind: nobody is shown what should be there before the counting is over.
    """
    if begun := _begun(shelf):
        return begun
    try:
        with transaction.atomic(durable=True):
            return ShelfCount.objects.create(
                shelf=shelf, blind=blind, shown=not blind, started_by=actor, started_at=now
            )
    except IntegrityError:  # somebody is at it already
        return ShelfCount.objects.get(shelf=shelf, state=CountState.OPEN)


def _begun(shelf: str) -> ShelfCount | None:
    """The open count of a shelf without copies too, whose name nobody but a count has written down."""
    return ShelfCount.objects.filter(shelf__iexact=shelf, state=CountState.OPEN).order_by("pk").first()


def scan(*, count_id: int, code: Code) -> str:
    """Note that the copy with this label is on the shelf; answer what is known of it, or only that much if it is blind.

    :raises Refused: CountedAlready is such.
    :raises ShelfCount.DoesNotExist:
    """
    with transaction.atomic(durable=True):
        count, copy = _open(count_id), copy_labelled(code)
        _, new = CountedCopy.objects.get_or_create(count=count, copy=copy)
    if not new:
        raise CountedAlready(f"Copy {copy.barcode} of “{copy.book}” is counted already.")
    return f"Copy {copy.barcode} of “{copy.book}” is counted.{_more(count, copy) if count.shown else ''}"


def _more(count: ShelfCount, copy: BookItem) -> str:
    outcome = outcome_of(copy, count.shelf)
    if outcome == Outcome.MOVED:
        return f" It should be on shelf {copy.shelf}." if copy.shelf else " It had no shelf."
    if outcome == Outcome.FOUND:
        return " It was missing."
    return f" But: {story_of(copy)}" if outcome == Outcome.LEFT else ""


def take_out(*, count_id: int, copy_id: int) -> None:
    """Undo a scan. :raises Refused: if the count has ended."""
    with transaction.atomic(durable=True):
        CountedCopy.objects.filter(count=_open(count_id), copy=copy_id).delete()


def show(*, count_id: int) -> None:
    """End the blind part: from now on what should be there is seen. :raises Refused: if the count has ended."""
    with transaction.atomic(durable=True):
        count = _open(count_id)
        count.shown = True
        count.save(update_fields=["shown"])


def drop(*, count_id: int, actor: str, now: datetime) -> None:
    """End the count without noting anything. :raises Refused: if it has ended."""
    with transaction.atomic(durable=True):
        _end(_open(count_id), CountState.DROPPED, actor=actor, now=now)


def post(*, count_id: int, actor: str, now: datetime) -> ShelfCount:
    """Note in the ledger what the count showed, all of it in one transaction: found, moved, missing.

    A copy that was not found and is promised, with no free copy to take its place, stays as it is, and the count says so.

    :raises Refused: if the count has ended, or is blind and not shown yet.
    """
    with suppress(InProgress):  # at worst a lapsed hold still stands in the way
        lapse_due_holds(now=now)
    with transaction.atomic(durable=True):
        count = _open(count_id)
        if not count.shown:
            raise Refused("Look at what should be there first, then post the count.")
        sheet = _locked_sheet(count)
        who = {"actor": actor, "now": now, "note": f"{count}"}
        note_copies(sheet.found, CopyState.AVAILABLE, shelf=count.shelf, **who)
        shelve_copies(sheet.moved, count.shelf, **who)
        missing, promised = _split(sheet.missing)
        note_copies(missing, CopyState.MISSING, **who)
        _keep(count, sheet, missing, promised)
        tasks.done(count.shelf, now=now)
        _end(count, CountState.POSTED, actor=actor, now=now)
    return count


def _open(count_id: int) -> ShelfCount:
    """The count, ours until the transaction ends."""
    count = ShelfCount.objects.select_for_update().get(pk=count_id)
    if not count.is_open:
        raise Refused(f"This count was {count.get_state_display()} by {count.ended_by}. Begin another one.")
    return count


def _end(count: ShelfCount, state: CountState, *, actor: str, now: datetime) -> None:
    count.state, count.ended_by, count.ended_at = state, actor, now
    count.save(update_fields=["state", "ended_by", "ended_at"])


def _locked_sheet(count: ShelfCount) -> Sheet:
    """The copies as they are now, ours until the transaction ends."""
    counted = set(CountedCopy.objects.filter(count=count).values_list("copy", flat=True))
    ids = counted | set(not_counted(count).values_list("pk", flat=True))
    lock_levels(BookItem.objects.filter(pk__in=ids).values_list("book_id", flat=True))
    copies = lock_copies(ids)
    lost = set(not_counted(count).values_list("pk", flat=True))  # looked at again, now that nobody else can change them
    return sort(count, [c for c in copies if c.pk in counted], [c for c in copies if c.pk in lost])


def _split(missing: Sequence[BookItem]) -> tuple[list[BookItem], list[BookItem]]:
    """Of each book so many as are not promised can go missing, and what is not new; the others are promised."""
    levels = lock_levels(copy.book_id for copy in missing)
    left = Counter({book: level.unpromised for book, level in levels.items()})
    can_go, promised = [], []
    for copy in missing:
        is_new = copy.condition == Condition.NEW
        (promised if is_new and left[copy.book_id] <= 0 else can_go).append(copy)
        left[copy.book_id] -= is_new
    return can_go, promised


def _keep(count: ShelfCount, sheet: Sheet, missing: Sequence[BookItem], promised: Sequence[BookItem]) -> None:
    told = [(copy, Outcome.HERE, "") for copy in sheet.here] + [(copy, Outcome.MOVED, "") for copy in sheet.moved]
    told += [(copy, Outcome.FOUND, "") for copy in sheet.found] + [(copy, Outcome.MISSING, "") for copy in missing]
    told += [(copy, Outcome.LEFT, story_of(copy)[:500]) for copy in sheet.odd]
    told += [(copy, Outcome.LEFT, f"Not found. {PROMISED}") for copy in promised]
    CountedCopy.objects.bulk_create(
        [CountedCopy(count=count, copy=copy, outcome=outcome, note=note) for copy, outcome, note in told],
        update_conflicts=True,
        unique_fields=["count", "copy"],
        update_fields=["outcome", "note"],
    )
