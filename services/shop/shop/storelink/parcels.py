"""Parcels that the store tells of: each event names all that have left by then, and each is told to the customer once."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from uuid import UUID

from shop.orders.models import Order, OrderLine, Parcel
from shop.orders.parcel_news import CAME_BACK, LOST, kinds_of_change
from store_client import OrderEvent as Heard
from store_client import Parcel as Told

DECIDE = {LOST: "is lost", CAME_BACK: "came back to the warehouse"}


class Known:
    """The parcels of some orders, and those of them that a hearing brings or changes."""

    def __init__(self, orders: Iterable[UUID]):
        self.of: dict[UUID, dict[int, Parcel]] = defaultdict(dict)
        numbers = list(orders)
        for parcel in Parcel.objects.filter(order__in=numbers) if numbers else ():
            self.of[parcel.order_id][parcel.number] = parcel
        self.changed: dict[tuple[UUID, int], Parcel] = {}

    def take_over(
        self, order: Order, lines: list[OrderLine], event: Heard
    ) -> tuple[list[Parcel], list[tuple[Parcel, str]]]:
        """Step: note what the event says of the order's parcels.

        :returns: those that were not known, by their numbers; and the parcels of which there is something else to tell,
            each with the kind of its letter.
        """
        mine, new, changed = self.of[order.pk], [], []
        for told in sorted(event.parcels, key=lambda each: each.number):
            kinds = kinds_of_change(mine.get(told.number), told)
            if told.number not in mine:
                new.append(_begun(order, lines, told, event, known=mine.values()))
                mine[told.number] = new[-1]
            elif not _is_news(mine[told.number], told):
                continue
            _copy(told, mine[told.number])
            self.changed[order.pk, told.number] = mine[told.number]
            changed += [(mine[told.number], kind) for kind in kinds]
        return new, changed

    def save(self) -> None:
        Parcel.objects.bulk_create(
            self.changed.values(),
            update_conflicts=True,
            unique_fields=["order", "number"],
            update_fields=["state", "carrier", "tracking", "contents"],
        )


def call_for(order: Order, changed: Iterable[tuple[Parcel, str]]) -> str:
    """What a person has to decide about parcels that will not arrive."""
    ways = "send again or pay back" if order.is_prepaid else "send again or leave it; it was to be paid on delivery"
    calls = [f"{parcel} {DECIDE[kind]}: {ways}?" for parcel, kind in changed if kind in DECIDE]
    return " ".join(calls)


def _begun(order: Order, lines: list[OrderLine], told: Told, event: Heard, *, known: Iterable[Parcel]) -> Parcel:
    """What it costs is the difference that it makes, so that the parcels of an order cost together what the order does."""
    before = {line: sum(each.copies([line]).get(line, 0) for each in known) for line in lines}
    after = {line: min(before[line] + told.contents.get(line.position, 0), line.quantity) for line in lines}
    price = order.price_of(after) - order.price_of(before)
    return Parcel(order=order, number=told.number, price=max(price, Decimal(0)), sent_at=event.at)


def _is_news(parcel: Parcel, told: Told) -> bool:
    return (parcel.state, parcel.carrier, parcel.tracking, parcel.contents) != (
        told.state,
        told.carrier,
        told.tracking,
        _contents(told),
    )


def _copy(told: Told, parcel: Parcel) -> None:
    parcel.state, parcel.carrier, parcel.tracking = told.state, told.carrier, told.tracking
    parcel.contents = _contents(told)


def _contents(told: Told) -> dict[str, int]:
    return {str(line): copies for line, copies in told.contents.items()}
