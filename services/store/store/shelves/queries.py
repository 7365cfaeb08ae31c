"""Why a number is what it is: the ledger line by line, and who waits for copies."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Sum, Value, When, Window
from django.db.models.functions import TruncDate
from django.utils.timezone import localdate

from store.catalogue.models import Book
from store.clock import begin_of
from store.holds.models import HoldLine, HoldState
from store.orders.models import OPEN_STATES, Order, OrderLine
from store.stock.bands import Band, in_band, that_lie_dead
from store.stock.models import ON_HAND, BookItem, CopyState, LedgerLine

WAITING_SHOWN = 50


def ledger(lines: QuerySet) -> QuerySet:
    """The lines, each with `on_shelf` and `on_hand`: how many copies of them all there were after it."""
    return lines.annotate(
        on_shelf=_running({CopyState.AVAILABLE}), on_hand=_running(ON_HAND), book_id=F("copy__book_id")
    ).select_related("copy")


def _running(states: Collection[CopyState]) -> Window:
    came = Case(When(to_state__in=states, then=Value(1)), default=Value(0), output_field=IntegerField())
    left = Case(When(from_state__in=states, then=Value(1)), default=Value(0), output_field=IntegerField())
    return Window(Sum(came - left), order_by="id")


def ledger_of_book(book: Book) -> QuerySet:
    return ledger(LedgerLine.objects.filter(copy__book=book)).order_by("-id")


def ledger_of_copy(copy: BookItem) -> QuerySet:
    return ledger(LedgerLine.objects.filter(copy=copy)).order_by("-id")


def copies_by_state(book: Book) -> list[tuple[CopyState, int]]:
    """How many copies of the book are in each state, those of none left out."""
    numbers = dict(BookItem.objects.filter(book=book).values("state").annotate(n=Count("id")).values_list("state", "n"))
    return [(state, numbers[state]) for state in CopyState if state in numbers]


class Waiting(NamedTuple):
    """Who waits for copies of a book: so many of them, the longest waiting first.

    :ivar wanted: copies of them all, those that are not shown included.
    :ivar awaited: of these, the ones that are not promised, since those that were are gone.
    """

    shown: list
    number: int
    wanted: int
    awaited: int


def orders_waiting(book: Book, orders: QuerySet) -> Waiting:
    """Lines of these orders that still want copies from the shelf, each with `wanted`, which holds what is `awaited`."""
    live = Count("allocations", filter=Q(allocations__released_at__isnull=True))
    lines = (
        OrderLine.objects.filter(book=book, order__in=orders, order__state__in=OPEN_STATES)
        .annotate(wanted=F("quantity") - F("short") - live)
        .filter(wanted__gt=0)
    )
    return _waiting(lines, lines.select_related("order").order_by("order__placed_at", "id"))


def holds_waiting(book: Book) -> Waiting:
    """Lines of live holds, each with `wanted` and the hold's `reference`."""
    live = HoldLine.objects.filter(book=book, hold__state=HoldState.HELD)
    lines = live.annotate(wanted=F("quantity"), awaited=Value(0))
    told = _waiting(lines, lines.select_related("hold").order_by("hold__held_until", "id"))
    for line in told.shown:
        line.reference = Order(number=line.hold.number).reference
    return told


def _waiting(lines: QuerySet, shown: QuerySet) -> Waiting:
    sums = lines.aggregate(number=Count("pk"), copies=Sum("wanted"), still_to_come=Sum("awaited"))
    return Waiting(list(shown[:WAITING_SHOWN]), sums["number"], sums["copies"] or 0, sums["still_to_come"] or 0)


def titles_by_band() -> dict[Band, int]:
    """How many titles that are sold are in each band."""
    sums = {band.value: Count("id", filter=in_band(band)) for band in Band}
    counted = Book.objects.filter(retired=False).with_stock().aggregate(**sums)
    return {band: counted[band.value] for band in Band}


def dead_stock(*, now: datetime) -> list[dict]:
    """Titles, copies and their value at today's prices of what lies dead, by currency."""
    dead = that_lie_dead(Book.objects.with_stock(), now=now).order_by("currency").values("currency")
    return list(
        dead.annotate(titles=Count("id"), copies=Sum("on_shelf"), value=Sum(F("on_shelf") * F("price"))).values(
            "currency", "titles", "copies", "value"
        )
    )


def sold_by_day(*, now: datetime, days: int) -> list[tuple]:
    """For each of the last days how many copies left for customers, the oldest day first."""
    first = localdate(now) - timedelta(days=days - 1)
    moves = LedgerLine.objects.filter(to_state=CopyState.SHIPPED, at__gte=begin_of(first)).order_by()
    counted = moves.annotate(day=TruncDate("at")).values("day").annotate(number=Count("id"))
    found = dict(counted.values_list("day", "number"))
    return [(day, found.get(day, 0)) for day in (first + timedelta(days=n) for n in range(days))]
