"""Reading payments, always through their order."""

from datetime import datetime
from decimal import Decimal

from django.db.models import QuerySet, Sum

from shop.orders.models import Order
from shop.payments.gateways import gateways
from shop.payments.models import Payment, Refund
from shop.payments.states import State

MINUTE_S = 60


def is_online_payment_offered() -> bool:
    return bool(gateways())


def last_try(order: Order) -> Payment | None:
    return order.payments.order_by("-created_at").first()


def paid_for(order: Order) -> Decimal:
    """What was taken for an order in its own currency, before anything went back."""
    taken = order.payments.filter(state=State.CAPTURED, captured_currency=order.currency)
    return taken.aggregate(sum=Sum("captured"))["sum"] or Decimal(0)


def refunds_of(order: Order) -> QuerySet[Refund]:
    return Refund.objects.filter(payment__order=order).order_by("id")


def was_declined(order: Order) -> bool:
    last = last_try(order)
    return last is not None and last.state == State.FAILED


def time_left(order: Order, *, now: datetime) -> str:
    """This function will say in words how long an order can still be paid: "14 minutes", "less than a minute"."""
    seconds = (order.pay_until - now).total_seconds()
    if seconds < MINUTE_S:
        return "less than a minute"
    minutes = int(seconds // MINUTE_S)
    return "1 minute" if minutes == 1 else f"{minutes} minutes"
