"""Reading payments, always through their order."""

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet, Sum

from shop.clock import by_clock
from shop.orders.models import Order
from shop.orders.queries import Viewer
from shop.pages.wording import counted
from shop.payments.gateways import PATIENT, gateways_for
from shop.payments.gateways.base import Gateway
from shop.payments.models import WITH_THE_CUSTOMER, Payment, Refund
from shop.payments.states import State

MINUTE_S, DAY_S = 60, 86400


def ways_to_pay(order: Order, *, chosen: str, under_way: Payment | None) -> list[Gateway]:
    """This function will return the open gateways for an order, the chosen one first, without a transfer under way."""
    others = [one for one in gateways_for(order.currency) if not (under_way and one.name == under_way.gateway)]
    return sorted(others, key=lambda one: one.name != chosen)


def payment_of(viewer: Viewer, key: UUID, *, gateway: str) -> Payment | None:
    """This function will find a payment for who may see its order; None for anybody else."""
    payment = Payment.objects.select_related("order").filter(pk=key, gateway=gateway).first()
    return payment if payment and viewer.owns(payment.order) else None


def transfer_of(order: Order) -> Payment | None:
    """The try whose money takes days, while its days are those that the order has.

    They are counted from its start; who then wants to pay at once gets minutes, which are no whole days from there.
    """
    waiting = _transfers(order).order_by("-created_at").first()
    return waiting if waiting and not (order.pay_until - waiting.created_at) % timedelta(days=1) else None


def waits_for_days(order: Order) -> bool:
    """Whether money may still come that takes days, for which no copies are held."""
    return _transfers(order).exists()


def _transfers(order: Order) -> QuerySet[Payment]:
    return order.payments.filter(gateway__in=PATIENT, state__in=WITH_THE_CUSTOMER)


def tries_of(order: Order) -> QuerySet[Payment]:
    return order.payments.order_by("created_at", "key")


def last_try(order: Order) -> Payment | None:
    return order.payments.order_by("-created_at").first()


def last_gateway(order: Order | None) -> str:
    """Where an order was last paid, or tried to be; empty for none."""
    last = last_try(order) if order and order.payment == Order.Payment.PREPAID else None
    return last.gateway if last else ""


def paid_for(order: Order) -> Decimal:
    """What was taken for an order in its own currency, before anything went back."""
    taken = order.payments.filter(state=State.CAPTURED, captured_currency=order.currency)
    return taken.aggregate(sum=Sum("captured"))["sum"] or Decimal(0)


def refunds_of(order: Order) -> QuerySet[Refund]:
    return Refund.objects.filter(payment__order=order).order_by("id")


def was_declined(order: Order) -> bool:
    last = last_try(order)
    return last is not None and last.state == State.FAILED


def begun_try(order: Order) -> Payment | None:
    """The try that a customer has begun and nothing final was heard of: they may have paid already."""
    last = last_try(order)
    return last if last and last.state in (State.PENDING, State.AUTHORISED) else None


def time_left(order: Order, *, now: datetime) -> str:
    """This function will say in words how long an order can still be paid: "6 days", "14 minutes"."""
    seconds = (order.pay_until - now).total_seconds()
    if seconds >= 2 * DAY_S:
        return counted(int(seconds // DAY_S), "day")
    if seconds < MINUTE_S:
        return "less than a minute"
    return counted(int(seconds // MINUTE_S), "minute")


def pay_by(order: Order, *, now: datetime) -> str:
    """Until when: the time alone suffices on the day itself."""
    is_soon = (order.pay_until - now).total_seconds() < DAY_S / 2
    return by_clock(order.pay_until, "%H:%M %Z") if is_soon else by_clock(order.pay_until)
