"""Reading orders, always through who may see them."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from shop.accounts.models import User
from shop.orders.models import Order, OrderEvent, OrderLine
from shop.orders.states import State
from shop.payments.models import Refund
from shop.payments.refunds import owed
from shop.storelink.models import StoreEvent

SESSION_KEY = "orders"
REMEMBERED_ORDERS = 20


@dataclass(frozen=True)
class Viewer:
    """Who asks: an account, and the orders that this browser placed or opened by their signed link."""

    user: User | None
    numbers: frozenset[str]

    @classmethod
    def of(cls, request: HttpRequest) -> "Viewer":
        user = request.user if request.user.is_authenticated else None
        return cls(user, frozenset(request.session.get(SESSION_KEY, ())))

    def owns(self, order: Order) -> bool:
        mine = self.user is not None and order.user_id == self.user.pk
        return mine or str(order.number) in self.numbers


def order_of(viewer: Viewer, number: UUID, *, token: str = "") -> Order | None:
    """This function will find an order for its owner or for who holds its signed link; None for anybody else."""
    order = (
        Order.objects.select_related("invoice")
        .prefetch_related(
            Prefetch("lines", OrderLine.objects.select_related("book").order_by("position")),
            Prefetch("events", OrderEvent.objects.order_by("version")),
        )
        .filter(pk=number)
    )
    found = order.first()
    if found and (viewer.owns(found) or constant_time_compare(token, found.link_token)):
        return found
    return None


def orders_of(user: User) -> QuerySet[Order]:
    return (
        Order.objects.filter(user=user)
        .select_related("invoice")
        .annotate(copies=_of_lines("quantity"), short=_of_lines("short"), returned=_returned())
        .prefetch_related(
            Prefetch("lines", OrderLine.objects.order_by("position")),
            Prefetch("events", OrderEvent.objects.order_by("version")),
        )
        .newest_first()
    )


def _of_lines(counter: str) -> Coalesce:
    """A counter of all lines of an order together."""
    lines = OrderLine.objects.filter(order=OuterRef("pk")).order_by().values("order")
    return Coalesce(Subquery(lines.annotate(sum=Sum(counter)).values("sum")), 0)


def _returned() -> Subquery:
    """What goes back, or went back, in the order's own currency; None for nothing."""
    refunds = Refund.objects.filter(payment__order=OuterRef("pk"), payment__captured_currency=OuterRef("currency"))
    return Subquery(refunds.order_by().values("payment__order").annotate(sum=Sum("amount")).values("sum"))


def last_order_of(user: User) -> Order | None:
    return Order.objects.filter(user=user).newest_first().first() if user.is_authenticated else None


def placed_with(checkout_key: UUID, buyer: User | None) -> Order | None:
    """The order that this checkout form made before. A guest shows with the key alone that the order is theirs."""
    return Order.objects.filter(checkout_key=checkout_key, user=buyer).first()


@dataclass(frozen=True)
class Step:
    """One thing that happened to an order, in plain words. `kind` is the state that it led to, or what else it was."""

    at: datetime
    kind: str
    words: str
    reason: str = ""


WORDS: dict[State, str] = {
    State.AWAITING_PAYMENT: "We received your order. It is placed as soon as it is paid.",
    State.EXPIRED: "The order was not paid in time. Nothing was charged for it.",
    State.CANCEL_REQUESTED: "You asked to cancel. The warehouse looks whether the order can still be stopped.",
    State.PLACED: "We received your order and are passing it to the warehouse.",
    State.ACCEPTED: "The warehouse has your order and has put the copies aside.",
    State.REJECTED: "The warehouse could not take the order. Nothing is sent.",
    State.PACKING: "The warehouse is packing your books.",
    State.SHIPPED: "Your parcel left the warehouse.",
    State.FAILED: "The warehouse could not complete the order. Nothing is sent.",
    State.CANCELLED: "The order was cancelled. Nothing is sent.",
}
WORDS_PREPAID: dict[State, str] = {
    State.PLACED: "Your payment arrived, and we are passing the order to the warehouse.",
}
NEXT: dict[State, str] = {
    State.CANCEL_REQUESTED: "You hear the warehouse's answer by e-mail.",
    State.PLACED: "The warehouse still has to confirm it; you will hear by e-mail.",
    State.ACCEPTED: "Next, your books are packed.",
    State.PACKING: "Next, the parcel is handed to the carrier.",
    State.SHIPPED: "You pay the carrier when the parcel arrives.",
}
NEXT_PREPAID: dict[State, str] = {State.SHIPPED: ""}
GOING_ON = frozenset({State.ACCEPTED, State.PACKING, State.CANCEL_REQUESTED, State.SHIPPED})


def timeline(order: Order) -> list[Step]:
    words = WORDS | (WORDS_PREPAID if order.payment == Order.Payment.PREPAID else {})
    steps = [Step(event.at, event.state, words[State(event.state)], event.reason) for event in order.events.all()]
    if order.is_unconfirmed and steps:
        steps[-1] = replace(steps[-1], words=f"{steps[-1].words} To be confirmed by the warehouse.")
    return steps


def what_comes_next(order: Order) -> str:
    if order.payment == Order.Payment.PREPAID:
        return NEXT_PREPAID.get(State(order.state), NEXT.get(State(order.state), ""))
    return NEXT.get(State(order.state), "")


def heard_of(order: Order) -> list[StoreEvent]:
    """What the warehouse said of an order of which copies are short, in its order; not asked for of any other."""
    if not any(line.short for line in order.lines.all()):
        return []
    return list(StoreEvent.objects.filter(order=order).order_by("version"))


def reasons_of(order: Order, heard: list[StoreEvent]) -> dict[int, str]:
    """Why copies of an order cannot be sent, in the warehouse's words, by the position of the line."""
    last = next((event for event in heard if event.version == order.store_version), None)
    told = last.body.get("line_reasons", {}) if last else {}
    return {int(line): reason for line, reason in told.items()}


@dataclass(frozen=True)
class Part:
    """What the customer gets of an order of which not all can be sent. `label` says what `total` is the price of."""

    label: str
    total: Decimal


def part_of(order: Order) -> Part | None:
    """This function will tell what is sent of an order; None if it is all of it, or nothing."""
    lines = order.lines.all()
    if order.state not in GOING_ON or not any(line.short for line in lines):
        return None
    sent = "was sent" if order.state == State.SHIPPED else "will be sent"
    paid = "paid" if order.payment == Order.Payment.PREPAID else "to be paid on delivery"
    return Part(f"What {sent}, {paid}", owed(order, lines))


def remember(request: HttpRequest, order: Order) -> None:
    """This function will let this browser see an order again without its link."""
    known = request.session.get(SESSION_KEY, [])
    if str(order.number) not in known:
        request.session[SESSION_KEY] = [*known, str(order.number)][-REMEMBERED_ORDERS:]
