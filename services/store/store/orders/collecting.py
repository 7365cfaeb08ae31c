"""What carriers collect: each parcel of an order that is paid on delivery costs the difference that it makes.

The shop tells its customers the same amounts (`shop.storelink.parcels`): the delivery is paid with the first parcel to leave,
and what a coupon takes off belongs to all copies of a line alike.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import ROUND_DOWN, Decimal

from store.orders.models import Allocation, Order, OrderLine, Payment
from store.orders.parcels import Parcel, ParcelState

CENT, NOTHING = Decimal("0.01"), Decimal("0.00")


LATER = datetime.max.replace(tzinfo=UTC)


def of_order(order: Order, lines: Iterable[OrderLine]) -> Decimal | None:
    """What is owed for all that can be delivered; None for an order that is paid, or whose shares were never told."""
    return _price(order, {line: line.to_deliver for line in lines}) if order.payment == Payment.ON_DELIVERY else None


def of_parcels(orders: Iterable[Order]) -> dict[int, Decimal]:
    """What is to be collected for each parcel, by its id; none of orders that are paid, or whose shares were never told."""
    known = {order.pk: order for order in orders if order.payment == Payment.ON_DELIVERY}
    if not known:
        return {}
    lines, parcels, inside = defaultdict(list), defaultdict(list), defaultdict(Counter)
    for line in OrderLine.objects.filter(order__in=known):
        lines[line.order_id].append(line)
    for parcel in Parcel.objects.filter(order__in=known).exclude(state=ParcelState.VOID):
        parcels[parcel.order_id].append(parcel)
    packed = Allocation.objects.filter(parcel__order__in=known, released_at__isnull=True)
    for parcel, line in packed.values_list("parcel_id", "line_id"):
        inside[parcel][line] += 1
    found = {}
    for key, order in known.items():
        sent, before = Counter(), NOTHING
        for parcel in sorted(parcels[key], key=_when_it_leaves):
            sent += inside[parcel.pk]
            after = _price(order, {line: sent[line.pk] for line in lines[key]})
            if after is not None:
                found[parcel.pk], before = after - before, after
    return found


def _when_it_leaves(parcel: Parcel) -> tuple:
    return (parcel.dispatched_at or LATER, parcel.number)


def _price(order: Order, copies: Mapping[OrderLine, int]) -> Decimal | None:
    if order.delivery is None or any(line.to_pay is None for line in copies):
        return None
    goods = sum((_share(line, number) for line, number in copies.items()), NOTHING)
    return goods + order.delivery if any(copies.values()) else goods


def _share(line: OrderLine, copies: int) -> Decimal:
    """Rounded down but for the whole line, as the shop does."""
    if copies >= line.quantity:
        return line.to_pay
    return (line.to_pay * copies / line.quantity).quantize(CENT, ROUND_DOWN)
