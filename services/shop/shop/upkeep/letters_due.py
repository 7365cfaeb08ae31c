"""Which letters an order's customer should have got, read from what happened and not from what was written."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from shop.notifications.models import Mail
from shop.orders.letters import GOING_ON, KINDS, NOT_CANCELLED, PARCEL, SHORT, SILENT
from shop.orders.models import Order, OrderEvent
from shop.orders.parcel_news import event_of_change, kinds_of_change
from shop.orders.states import FROM_STORE, MOVES, State
from shop.payments.models import Refund
from shop.returns import letters
from shop.returns.models import Return, ReturnEvent, Why
from shop.returns.models import State as Back
from shop.returns.money import cause_of
from shop.storelink.models import Retelling, StoreEvent
from store_client import OrderEvent as Heard

MONEY_RETURNED = "payment_returned"
OVER = frozenset(state for state, moves in MOVES.items() if not moves)
CAUSE_OF_A_VERSION = re.compile(r"^v(\d+)-(\d+)$")


@dataclass(frozen=True)
class Due:
    """One thing that happened, and whether a letter of its own tells of it.

    :ivar slot: what the letter's event begins with, such as order:<number>:<version>: or refund:<payment>:<cause>.
    :ivar kind: the letter's name, or the state's where there is none.
    """

    slot: str
    kind: str
    at: datetime
    wanted: bool


@dataclass
class Facts:
    """What the database knows of one order's letters."""

    order: Order
    due: list[Due] = field(default_factory=list)
    mails: list[Mail] = field(default_factory=list)


def facts_of(orders: Iterable[Order]) -> list[Facts]:
    """This function will gather what should have been told and what was written, in a fixed number of statements."""
    orders = list(orders)
    numbers = [order.number for order in orders]
    events, mails, refunds = defaultdict(list), defaultdict(list), defaultdict(list)
    for event in OrderEvent.objects.filter(order__in=numbers).order_by("order_id", "version"):
        events[event.order_id].append(event)
    written = Mail.objects.filter(key__in=[str(number) for number in numbers]).defer("text", "html", "subject")
    for mail in written.order_by("id"):
        mails[UUID(mail.key)].append(mail)
    for refund in Refund.objects.filter(payment__order__in=numbers).select_related("payment").order_by("id"):
        refunds[refund.payment.order_id].append(refund)
    returns = defaultdict(list)
    for found in Return.objects.filter(order__in=numbers).prefetch_related("events").order_by("asked_at"):
        returns[found.order_id].append(found)
    heard = defaultdict(list)
    for kept in StoreEvent.objects.filter(order__in=numbers).order_by("order_id", "version"):
        heard[kept.order_id].append((kept, Heard.parse(kept.body)))
    retold = set(Retelling.objects.filter(order__in=numbers).values_list("order_id", flat=True))
    return [
        Facts(
            order,
            _of_events(
                events[order.number],
                refunds[order.number],
                repeated={mail.event for mail in mails[order.number]} if order.number in retold else None,
            )
            + _of_money(
                events[order.number],
                refunds[order.number],
                _moves(heard[order.number]),
                told={cause for found in returns[order.number] for cause in _told_causes(found)},
            )
            + _of_returns(returns[order.number])
            + ([] if order.number in retold else _of_shortfalls(order, events[order.number], heard[order.number]))
            + ([] if order.number in retold else _of_parcels(order, events[order.number], heard[order.number]))
            + ([] if order.number in retold else _of_changes(order, heard[order.number])),
            mails[order.number],
        )
        for order in orders
    ]


def _moves(heard: list[tuple[StoreEvent, Heard]]) -> dict[int, tuple[State, datetime]]:
    """Which versions of the store's order brought a new state, and when; the others only moved its counters."""
    moves, before = {}, None
    for kept, told in heard:
        if told.status != before:
            moves[kept.version] = (FROM_STORE[told.status], told.at)
        before = told.status
    return moves


def _of_shortfalls(order: Order, events: list[OrderEvent], heard: list[tuple[StoreEvent, Heard]]) -> list[Due]:
    """Copies that fell short while the order went on. Of one that was paid the money's own letter tells."""
    if order.payment == Order.Payment.PREPAID:
        return []
    ended_here = [event.at for event in events if State(event.state) in OVER and event.actor != "warehouse"]
    due, status, short = [], None, 0
    for kept, told in heard:
        missing = sum(count.short for count in told.lines)
        goes_on = told.status == status and FROM_STORE[told.status] in GOING_ON
        if goes_on and missing > short and not any(at < kept.heard_at for at in ended_here):
            due.append(Due(f"short:{order.number}:{kept.version}", SHORT, told.at, True))
        status, short = told.status, missing
    return due


def _of_parcels(order: Order, events: list[OrderEvent], heard: list[tuple[StoreEvent, Heard]]) -> list[Due]:
    """Parcels that no move of the order tells of: the letter on a move tells of the last parcel that is new with it."""
    moves, before = {(State(event.state), event.at) for event in events}, None
    asked_to_stop = any(event.state == State.CANCEL_REQUESTED for event in events)
    due, known = [], set()
    for _, told in heard:
        new = sorted({parcel.number for parcel in told.parcels} - known)
        known.update(new)
        state = FROM_STORE[told.status]
        if (state, told.at) in moves:
            new = new[:-1]
        elif state != State.PARTLY_SHIPPED or not (told.status == before or asked_to_stop):
            new = []
        due += [Due(f"parcel:{order.number}:{number}", PARCEL, told.at, True) for number in new]
        before = told.status
    return due


def _of_changes(order: Order, heard: list[tuple[StoreEvent, Heard]]) -> list[Due]:
    """What is new about parcels that have left: a code to follow one by, or that it will not arrive; each is told once."""
    due, known = {}, {}
    for _, told in heard:
        for parcel in told.parcels:
            for kind in kinds_of_change(known.get(parcel.number), parcel):
                slot = event_of_change(order.number, parcel, kind)
                due.setdefault(slot, Due(slot, kind, told.at, True))
            known[parcel.number] = parcel
    return list(due.values())


def _of_returns(returns: list[Return]) -> list[Due]:
    """The request has a letter, and each version that brought a new state which its customer has to hear of."""
    due = []
    for found in returns:
        if found.why != Why.UNASKED:
            due.append(Due(letters.slot(found, 0), letters.KINDS[Back.ASKED], found.asked_at, True))
        if not found.version and found.state == Back.REFUSED:
            due.append(Due(letters.slot(found, letters.UNHEARD), letters.KINDS[Back.REFUSED], found.asked_at, True))
        for event in _moves_of_return(found):
            kind = letters.kind_of(found, event.state)
            due.append(Due(letters.slot(found, event.version), kind or f"return_{event.state}", event.at, bool(kind)))
    return due


def _moves_of_return(found: Return) -> Iterable[ReturnEvent]:
    """The versions applied that brought a new state; the others only moved the counters."""
    before = Back.ASKED
    for event in sorted(found.events.all(), key=lambda event: event.version):
        if event.version <= found.version and event.state != before:
            before = event.state
            yield event


def _told_causes(found: Return) -> Iterable[str]:
    return [cause_of(found, event.version) for event in _moves_of_return(found) if letters.kind_of(found, event.state)]


def _of_events(events: list[OrderEvent], refunds: list[Refund], *, repeated: set[str] | None) -> list[Due]:
    """
    :param repeated: what was written about an order whose log the store lost and told anew: no state has to be told
        twice. None for all other orders.
    """
    told_by_money = {refund.created_at for refund in refunds if refund.key.endswith(":late")}
    due, before, seen = [], None, set()
    for event in events:
        state = State(event.state)
        is_silent = state in SILENT or (state == State.EXPIRED and event.at in told_by_money)
        kind = KINDS.get(state, str(state))
        if before == State.CANCEL_REQUESTED and state in GOING_ON:
            kind = NOT_CANCELLED
        slot = f"order:{event.order_id}:{event.version}:"
        if repeated is not None and state in seen:
            is_silent = not any(written.startswith(slot) for written in repeated)
        due.append(Due(slot, kind, event.at, not is_silent))
        before = state
        seen.add(state)
    return due


def _of_money(events: list[OrderEvent], refunds: list[Refund], moves: dict, *, told: set[str]) -> list[Due]:
    """Money that goes back has a letter of its own, unless the letter of the order's or a return's move has told of it.

    :param told: causes of which the letters of returns have told.
    """
    by_version = {event.version: event for event in events}
    due = []
    for refund in refunds:
        said = refund.key.rpartition(":")[2]
        cause, told_in_letter = CAUSE_OF_A_VERSION.match(said), said in told
        if cause and (event := by_version.get(int(cause[1]))):
            moved = moves.get(int(cause[2]))
            told_in_letter = event.at == refund.created_at or moved == (State(event.state), event.at)
        due.append(Due(refund.key, MONEY_RETURNED, refund.created_at, not told_in_letter))
    return due
