"""Parcels that the store tells of: each event names all that have left by then, and each is told to the customer once."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from uuid import UUID

from shop.orders.models import Order, OrderLine, Parcel
from store_client import OrderEvent as Heard
from store_client import Parcel as Told


class Known:
    """The parcels of some orders, and those of them that a hearing brings or changes."""

    def __init__(self, orders: Iterable[UUID]):
        self.of: dict[UUID, dict[int, Parcel]] = defaultdict(dict)
        numbers = list(orders)
        for parcel in Parcel.objects.filter(order__in=numbers) if numbers else ():
            self.of[parcel.order_id][parcel.number] = parcel
        self.changed: dict[tuple[UUID, int], Parcel] = {}

    def take_over(self, order: Order, lines: list[OrderLine], event: Heard) -> list[Parcel]:
        """Step: note what the event says of the order's parcels; answer those that were not known, by their numbers."""
        mine, new = self.of[order.pk], []
        for told in sorted(event.parcels, key=lambda each: each.number):
            if told.number not in mine:
                new.append(_begun(order, lines, told, event, known=mine.values()))
                mine[told.number] = new[-1]
            elif not _is_news(mine[told.number], told):
                continue
            _copy(told, mine[told.number])
            self.changed[order.pk, told.number] = mine[told.number]
        return new

    def save(self) -> None:
        Parcel.objects.bulk_create(
            self.changed.values(),
            update_conflicts=True,
            unique_fields=["order", "number"],
            update_fields=["state", "carrier", "tracking", "contents"],
        )


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
