"""Orders, which the shop owns, and how far each is, which the store owns."""

from typing import NamedTuple
from uuid import UUID

from django.conf import settings

from shop.orders.models import Order, OrderLine
from shop.orders.states import State
from shop.storelink import digests, retelling
from shop.storelink.books import ALWAYS_ALLOWED
from shop.storelink.digests import Digest, OrderHere
from shop.storelink.models import Comparison, Feed
from shop.storelink.reconcile_stage import Stage, TooManyAtOnce, first_digits, ranges_of
from store_client import OrderRow, StoredOrder

ORDERS, STATUSES = Comparison.Subject.ORDERS, Comparison.Subject.STATUSES


class Pair(NamedTuple):
    """An order as both sides have it in short."""

    there: OrderRow | None
    here: OrderHere | None

    @property
    def subjects(self) -> list[Comparison.Subject]:
        if self.here is None or self.there is None:
            return [ORDERS] if self.there or self.here.expected else []
        return [ORDERS] * (self.there.content != self.here.content) + [STATUSES] * (
            self.there.progress != self.here.progress
        )

    @property
    def is_under_way(self) -> bool:
        return (self.here is not None and self.here.under_way) or (self.there is not None and not self.there.in_feed)


class OrdersStage(Stage):
    name = "orders"
    feed = Feed.Name.ORDERS
    subjects = (ORDERS, STATUSES)

    def first_place(self) -> str:
        return first_digits(Order.objects.count())

    def page(self):
        place = self.piece.place
        there = self.store.order_ranges(place, ranges_of(place, Order.objects.count()))
        theirs = {row.first: Digest(row.count, row.orders, row.statuses) for row in there.ranges}
        return theirs, digests.order_ranges(place, there.next), there.next

    def look(self, first: str) -> dict[UUID, Pair]:
        there = {row.order: row for row in self.store.order_rows(first)}
        here = digests.order_rows(first)
        pairs = {number: Pair(there.get(number), here.get(number)) for number in sorted(there.keys() | here.keys())}
        return {
            number: pair
            for number, pair in pairs.items()
            if not pair.is_under_way and any(subject in self.by_subject for subject in pair.subjects)
        }

    def settle(self, first: str, rows: dict[UUID, Pair]) -> None:
        for number, pair in rows.items():
            if ORDERS in pair.subjects and (found := self.by_subject.get(ORDERS)):
                found.note(self._why(number, pair, explain=len(found.examples) < 3))
            if STATUSES in pair.subjects and (found := self.by_subject.get(STATUSES)):
                stored = self.store.order(number) if self.piece.repair else None
                advice = retelling.follow(stored, now=self.piece.now()) if stored else ""
                found.note(_how_far(number, pair, advice), repaired=bool(stored) and not advice)
        lost = [number for number, pair in rows.items() if pair.there is None]
        self.piece.later += [str(number) for number in lost]
        if self.piece.accept:
            self.finish()

    def _why(self, number: UUID, pair: Pair, *, explain: bool) -> str:
        if pair.here is None:
            return (
                f"{_named(number)} is in the store, and the shop knows no such order. Nothing is done about it: restore the "
                "shop's backup, or cancel the order in the warehouse."
            )
        if pair.there is None:
            return (
                f"{_named(number)} is {pair.here.state} here, and the store has no such order. {_sent_again(pair.here)}"
            )
        other = _differing_lines(number, self.store.order(number)) if explain else ""
        return (
            f"{_named(number)} has another content in the store. {other}It is never altered: settle it with its customer and "
            "the warehouse."
        )

    def finish(self) -> None:
        if not (self.piece.repair and self.piece.later):
            return
        going, before = len(self.piece.later), Order.objects.count()
        if not self.piece.accept and going > max(ALWAYS_ALLOWED, settings.MASS_RETIREMENT_SHARE * before):
            raise TooManyAtOnce(
                f"The store has lost {going} of {before} orders. If it is the right store, have them sent again with: "
                "reconcile --repair --accept"
            )
        for number in self.piece.later:
            done = retelling.make_good_for_lost(UUID(number), now=self.piece.now())
            self.by_subject[ORDERS].repaired += done
        self.piece.later = []


def _named(number: UUID) -> str:
    return f"Order {number}"


def _sent_again(here: OrderHere) -> str:
    if here.state in digests.OPEN:
        return "The repair sends it again."
    if here.state == State.SHIPPED:
        return "It left and is not sent again; the repair settles that. Count the copies of its books in the warehouse."
    return "It is over for its customer and is not sent again; the repair keeps what the store had told of it."


def _how_far(number: UUID, pair: Pair, advice: str) -> str:
    here = f"{pair.here.state} (version {pair.here.store_version}) here"
    there = f"{pair.there.status} (version {pair.there.version}) in the store"
    if here.split()[:3] == there.split()[:3]:
        there += ", with other counts of copies"
    return f"{_named(number)} is {here}, {there}.{f' {advice}' if advice else ''}"


def _differing_lines(number: UUID, there: StoredOrder) -> str:
    order = Order.objects.get(pk=number)
    lines = OrderLine.objects.filter(order=number).order_by("position")
    ours = {line.position: (line.book_id, line.isbn13, line.quantity, line.unit_price) for line in lines}
    theirs = {line: tuple(rest) for line, *rest in there.lines}
    said = [
        f"line {line}: {_line(ours.get(line))} here, {_line(theirs.get(line))} there"
        for line in sorted(ours.keys() | theirs.keys())
        if ours.get(line) != theirs.get(line)
    ]
    if order.total != there.total:
        said.append(f"total: {order.total} here, {there.total} there")
    return f"{'; '.join(said)}. ".capitalize() if said else ""


def _line(line: tuple | None) -> str:
    if line is None:
        return "none"
    book, _, quantity, price = line
    return f"{quantity} × book {book} at {price}"
