"""Reading orders, always through who may see them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from shop.accounts.models import User
from shop.live.models import edition
from shop.orders.models import Order, OrderEvent, OrderLine, Parcel
from shop.orders.states import MOVES, STAFF, State
from shop.outbox.models import Deliverable
from shop.payments.models import Refund
from shop.payments.refunds import owed
from shop.returns.models import OVER, Return
from shop.storelink.models import StoreEvent

SESSION_KEY = "orders"
REMEMBERED_ORDERS = 20
TO_BE_PAID_BACK = (Deliverable.State.WAITING, Deliverable.State.REFUSED)
ARRIVES_WITHIN = timedelta(days=30)  # nobody may ever tell that a parcel has arrived


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
    found = any_order(number)
    if found and (viewer.owns(found) or constant_time_compare(token, found.link_token)):
        return found
    return None


def any_order(number: UUID, *, with_events: bool = True) -> Order | None:
    """This function will find an order, whosever it is, with its lines and events."""
    parts = [Prefetch("lines", OrderLine.objects.select_related("book").order_by("position"))]
    if with_events:
        parts.append(Prefetch("events", OrderEvent.objects.order_by("version")))
    orders = Order.objects.select_related("invoice").annotate(edition=edition())
    return orders.prefetch_related(*parts).filter(pk=number).first()


def orders_of(user: User) -> QuerySet[Order]:
    return _as_listed(Order.objects.filter(user=user))


def every_order() -> QuerySet[Order]:
    """For staff who may see them all."""
    return _as_listed(Order.objects.all())


def with_lines_alone(orders: QuerySet[Order]) -> QuerySet[Order]:
    """What a list for programs tells: pages tell more."""
    return orders.prefetch_related(None).prefetch_related(Prefetch("lines", OrderLine.objects.order_by("position")))


def _as_listed(orders: QuerySet[Order]) -> QuerySet[Order]:
    return (
        orders.select_related("invoice")
        .annotate(copies=_of_lines("quantity"), short=_of_lines("short"), returned=_returned(), edition=edition())
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


def may_change(orders: Iterable[Order], *, now: datetime) -> bool:
    """Whether pages of these orders have something to wait for: a move, or a parcel, money or books on their way."""
    orders = list(orders)
    if any(MOVES[State(order.state)] for order in orders):
        return True
    of_these = {"order__in": [order.pk for order in orders]}
    refunds = Refund.objects.filter(payment__order__in=of_these["order__in"], state__in=TO_BE_PAID_BACK)
    returns = Return.objects.filter(**of_these).exclude(state__in=OVER)
    parcels = Parcel.objects.filter(**of_these, state=Parcel.State.DISPATCHED, sent_at__gt=now - ARRIVES_WITHIN)
    looks = [found.order_by().values(one=Value(1))[:1] for found in (refunds, returns, parcels)]
    return looks[0].union(*looks[1:], all=True).exists()


def last_order_of(user: User) -> Order | None:
    return Order.objects.filter(user=user).newest_first().first() if user.is_authenticated else None


def placed_with(checkout_key: UUID, buyer: User | None, email: str) -> Order | None:
    """The order that this checkout form made before; see Order.is_of()."""
    order = Order.objects.filter(checkout_key=checkout_key).first()
    return order if order and order.is_of(buyer, email) else None


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
    State.PARTLY_SHIPPED: "A part of your order left the warehouse.",
    State.SHIPPED: "Your parcel left the warehouse.",
    State.FAILED: "The warehouse could not complete the order. Nothing is sent.",
    State.CANCELLED: "The order was cancelled. Nothing is sent.",
}
WORDS_PREPAID: dict[State, str] = {
    State.PLACED: "Your payment arrived, and we are passing the order to the warehouse.",
}
WORDS_BY_STAFF: dict[State, str] = {
    State.CANCEL_REQUESTED: "We are cancelling your order. The warehouse looks whether it can still be stopped.",
}
NEXT: dict[State, str] = {
    State.CANCEL_REQUESTED: "You hear the warehouse's answer by e-mail.",
    State.PLACED: "The warehouse still has to confirm it; you will hear by e-mail.",
    State.ACCEPTED: "Next, your books are packed.",
    State.PACKING: "Next, the parcel is handed to the carrier.",
    State.PARTLY_SHIPPED: "Next, the rest of your books is packed. It comes in a parcel of its own.",
    State.SHIPPED: "You pay the carrier when the parcel arrives.",
}
NEXT_PREPAID: dict[State, str] = {State.SHIPPED: ""}
GOING_ON = frozenset({State.ACCEPTED, State.PACKING, State.CANCEL_REQUESTED, State.PARTLY_SHIPPED, State.SHIPPED})


def timeline(order: Order) -> list[Step]:
    words = WORDS | (WORDS_PREPAID if order.payment == Order.Payment.PREPAID else {})
    by_actor = {STAFF: words | WORDS_BY_STAFF}
    steps = [
        Step(event.at, event.state, by_actor.get(event.actor, words)[State(event.state)], event.reason)
        for event in order.events.all()
    ]
    if order.is_unconfirmed and steps:
        steps[-1] = replace(steps[-1], words=f"{steps[-1].words} To be confirmed by the warehouse.")
    return steps


def what_comes_next(order: Order) -> str:
    if not order.is_collected:
        return NEXT_PREPAID.get(State(order.state), NEXT.get(State(order.state), ""))
    return NEXT.get(State(order.state), "")


def heard_of(order: Order) -> list[StoreEvent]:
    """What the warehouse said of an order of which copies are short or awaited, in its order; not asked for of any other."""
    if not any(line.short or line.awaited for line in order.lines.all()):
        return []
    return list(StoreEvent.objects.filter(order=order).order_by("version"))


def parcels_of(order: Order, *, anyhow: bool = False) -> list[Parcel]:
    """The parcels that have left, with `inside`: pairs of a line and how many of its copies. Not asked for of any other.

    :param anyhow: ask, whatever the order's counters say.
    """
    lines = order.lines.all()
    if not (anyhow or any(line.shipped for line in lines)):
        return []
    parcels = list(Parcel.objects.filter(order=order).order_by("sent_at", "number"))
    for parcel in parcels:
        parcel.inside = list(parcel.copies(lines).items())
    return parcels


def reasons_of(order: Order, heard: list[StoreEvent]) -> dict[int, str]:
    """Why copies of an order cannot be sent, or not yet, in the warehouse's words, by the position of the line."""
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
    paid = "paid" if order.is_prepaid else "to be paid on delivery" if order.is_collected else "nothing to pay"
    return Part(f"What {sent}, {paid}", owed(order, lines))


def remember(request: HttpRequest, order: Order) -> None:
    """This function will let this browser see an order again without its link."""
    known = request.session.get(SESSION_KEY, [])
    if str(order.number) not in known:
        request.session[SESSION_KEY] = [*known, str(order.number)][-REMEMBERED_ORDERS:]
