"""An order's story as text, for people who look into a complaint; and how they name an order."""

import re
from uuid import UUID

from shop.orders import queries
from shop.orders.models import Order
from shop.story import whole

REFERENCE = re.compile(r"^([0-9a-f]{4})-?([0-9a-f]{4})$", re.IGNORECASE)


def numbers_like(text: str) -> list[UUID]:
    """This function will find orders by their full number, or by the reference that people say on the phone."""
    if found := REFERENCE.match(text.strip()):
        first = "".join(found.groups()).lower()
        lowest, highest = UUID(hex=first + "0" * 24), UUID(hex=first + "f" * 24)
        return list(Order.objects.filter(number__range=(lowest, highest)).values_list("number", flat=True))
    try:
        return [UUID(text.strip())]
    except ValueError:
        return []


def story_of(number: UUID) -> list[str]:
    """This function will tell the shop's part of an order's story as text; [] if the shop has no such order."""
    order = queries.any_order(number)
    if order is None:
        return []
    told = [
        f"Shop order {order.reference} {order.number} of {order.email}: {order.state}, version {order.version}, "
        f"of the store's {order.store_version}, total {order.total} {order.currency}, {order.payment}."
        + (f" Coupon {order.coupon_code}: {order.discount} less." if order.coupon_code else "")
        + (f" Delivery {order.delivery}." if order.delivery else "")
        + (f" Needs attention: {order.attention}" if order.attention else "")
    ]
    for line in order.lines.all():
        told.append(
            f"  line {line.position}: {line.quantity} × {line.title} (book {line.book_id}) at {line.unit_price}"
            + (f" instead of {line.list_price} ({line.price_reason})" if line.price_reason else "")
            + (f", less {line.discount} for all by coupon" if line.discount else "")
            + f"; {line.packed} packed, {line.shipped} shipped, {line.short} short"
        )
    return told + [str(entry) for entry in whole.for_ops_alone(order)]
