"""Everything the shop knows of one order, in the order in which it happened: for people who look into a complaint."""

import re
from uuid import UUID

from shop.notifications.models import Mail
from shop.orders import attention
from shop.orders.models import Order
from shop.outbox.models import Deliverable, OutboxMessage
from shop.payments.models import PaymentEvent, Refund
from shop.storelink.models import Feed, Retelling, SetAside, StoreEvent

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
    """This function will tell an order's whole story, one sentence a line; [] if the shop has no such order."""
    order = Order.objects.filter(pk=number).first()
    if order is None:
        return []
    told = [
        f"Shop order {order.reference} {order.number} of {order.email}: {order.state}, version {order.version}, "
        f"of the store's {order.store_version}, total {order.total} {order.currency}, {order.payment}."
        + (f" Coupon {order.coupon_code}: {order.discount} less." if order.coupon_code else "")
        + (f" Delivery {order.delivery}." if order.delivery else "")
        + (f" Needs attention: {order.attention}" if order.attention else "")
    ]
    for line in order.lines.order_by("position"):
        told.append(
            f"  line {line.position}: {line.quantity} × {line.title} (book {line.book_id}) at {line.unit_price}"
            + (f" instead of {line.list_price} ({line.price_reason})" if line.price_reason else "")
            + (f", less {line.discount} for all by coupon" if line.discount else "")
            + f"; {line.packed} packed, {line.shipped} shipped, {line.short} short"
        )
    return told + [sentence for _, sentence in sorted(_happened(order))]


def _happened(order: Order) -> list[tuple]:
    """Pairs of (time, rank, id) and a sentence: what came first stands first, also within one transaction."""
    told = []
    for event in order.events.all():
        said = f"version {event.version}: {event.state} by {event.actor}. {event.reason}".rstrip()
        told.append(((event.at, 0, event.id), f"{event.at:%F %T.%f} {said}"))
    for heard in StoreEvent.objects.filter(order=order):
        said = f"heard of the store's version {heard.version}: {heard.body.get('status')}"
        told.append(((heard.heard_at, 1, heard.id), f"{heard.heard_at:%F %T.%f} {said}"))
    for moved in PaymentEvent.objects.filter(payment__order=order).select_related("payment"):
        payment = moved.payment
        said = f"payment {payment.key} ({payment.gateway}): {moved.state}, asked for {payment.amount}, taken "
        said += f"{payment.captured}, to be given back {payment.refunded}. {moved.reason}".rstrip()
        told.append(((moved.at, 2, moved.id), f"{moved.at:%F %T.%f} {said}"))
    for refund in Refund.objects.filter(payment__order=order):
        told.append(_delivered(refund, f"refund of {refund.amount} ({refund.reason})"))
    for message in OutboxMessage.objects.filter(key=str(order.number)):
        told.append(_delivered(message, f"message “{message.topic}”"))
    for mail in Mail.objects.filter(key=str(order.number)):
        told.append(_delivered(mail, f"mail {mail.event} {mail.message_id} to {mail.to}"))
    for anew in Retelling.objects.filter(order=order):
        said = "the store's own log of it was found to be another one, as after a restore; no state is told twice."
        gone = ", ".join(f"version {body.get('version')} ({body.get('status')})" for body in anew.forgotten)
        said += f" Heard before and gone there: {gone or 'nothing'}."
        told.append(((anew.at, 4, 0), f"{anew.at:%F %T.%f} {said}"))
    for entry in attention.settled(order):
        told.append(((entry.action_time, 5, entry.id), f"{entry.action_time:%F %T.%f} {entry.change_message}"))
    for row in SetAside.objects.filter(feed=Feed.Name.ORDERS, key__startswith=str(order.number)):
        told.append(((row.first_at, 4, row.id), f"{row.first_at:%F %T.%f} set aside {row.key}: {row.reason}"))
    return told


def _delivered(row: Deliverable, what: str) -> tuple:
    done = f" at {row.done_at:%F %T.%f}" if row.done_at else ""
    error = f"; last error: {row.last_error}" if row.last_error else ""
    said = f"{what}: {row.state}{done} after {row.attempts} attempts{error}"
    return (row.created_at, 3, row.pk), f"{row.created_at:%F %T.%f} {said}"
