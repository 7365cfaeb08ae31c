"""Money that cannot be for its order: all of it goes back, the customer is told, and a person sees it."""

from datetime import datetime

from shop.orders import paying
from shop.orders.models import Order
from shop.orders.states import State as OrderState
from shop.pages.wording import money
from shop.payments.models import Payment
from shop.payments.refunds import give_back, tell

LATE = "Your payment came after the time to pay."


def return_differing(order: Order, payment: Payment, *, now: datetime) -> None:
    """Step."""
    taken, asked = money(payment.captured, payment.captured_currency), money(payment.amount, payment.currency)
    _return(order, payment, "amount", f"{taken} was paid instead of {asked}.", now=now)


def return_unneeded(order: Order, payment: Payment, *, now: datetime) -> None:
    """Step."""
    over = order.state == OrderState.CANCELLED
    _return(order, payment, "over" if over else "twice", _why_unneeded(order), now=now)


def return_unheld(order: Order, payment: Payment, why_not: str, *, now: datetime) -> None:
    """Step: money whose copies are gone, since it came after its time or by a way that takes days."""
    was_payable = order.is_payable(now)
    if order.state == OrderState.AWAITING_PAYMENT:
        paying.expire(order, now=now, is_told=False)  # "nothing was charged" would be wrong
    reason = "Your payment came, but not all copies are there any more." if was_payable else LATE
    _return(order, payment, "late", f"{reason} {why_not}".strip(), now=now)


def settled(payment: Payment, *, now: datetime) -> None:
    """Step: it is decided what the money is for."""
    payment.settled_at = now
    payment.save(update_fields=["settled_at"])


def _why_unneeded(order: Order) -> str:
    if order.state == OrderState.CANCELLED:
        return "The order had been cancelled before the payment came."
    return "The order had been paid already."


def _return(order: Order, payment: Payment, cause: str, reason: str, *, now: datetime) -> None:
    refund = give_back(payment, payment.kept, cause=cause, reason=reason, now=now)
    settled(payment, now=now)
    order.attention = reason[:200]
    order.save(update_fields=["attention"])
    tell(refund, order, now=now)
