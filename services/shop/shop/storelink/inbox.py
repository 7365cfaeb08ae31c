"""Hearing what the store says about orders: each version once, in order, whichever way it comes and however often."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from shop.invoices import operations as invoices
from shop.live.hint import tell_after_commit
from shop.notifications import operations as notifications
from shop.notifications.models import Mail
from shop.orders import letters
from shop.orders.models import Order, OrderEvent, OrderLine, Parcel
from shop.orders.states import FROM_STORE, MOVES, STAFF, IllegalMove, State
from shop.outbox.models import OutboxMessage, Topic
from shop.payments import refunds
from shop.payments.models import Refund
from shop.storelink import set_aside, shortfalls
from shop.storelink.heard import aside, told_otherwise
from shop.storelink.models import Feed, Retelling, StoreEvent
from shop.storelink.parcels import Known, call_for
from store_client import BadRow, event_key
from store_client import OrderEvent as Heard

REASON_LENGTH = 500
ATTENTION_LENGTH = 200
GOING_ON = frozenset({State.ACCEPTED, State.PACKING, State.PARTLY_SHIPPED})
BEFORE_ITS_END = GOING_ON | {State.CANCELLED}
COUNTERS = ("packed", "shipped", "short", "awaited")


@dataclass
class Writes:
    """What one hearing changes, gathered so that each table is written once.

    :ivar told: for orders whose log the store told anew, the states their customers have heard of.
    """

    told: dict[UUID, set[str]] = field(default_factory=dict)
    events: list[OrderEvent] = field(default_factory=list)
    mails: list[Mail] = field(default_factory=list)
    counted: dict[int, OrderLine] = field(default_factory=dict)
    impossible: list[BadRow] = field(default_factory=list)
    sent: list[tuple[Order, list[OrderLine]]] = field(default_factory=list)
    parcels: Known = field(default_factory=lambda: Known(()))


def hear_events(events: Iterable[Heard], *, now: datetime) -> None:
    """This function will apply what the store said of orders; see apply_events()."""
    with transaction.atomic(durable=True):
        apply_events(events, now=now)


def apply_events(events: Iterable[Heard], *, now: datetime) -> None:
    """Step: keep the events, then move each order on as far as its versions follow one another.

    A version that came before is not applied again; one that comes too early waits for those before it. What names no
    order of ours, or asks for an impossible move, is set aside.
    """
    events = list(events)
    orders = _locked({event.order for event in events})
    strange = [aside(event, "There is no such order in the shop.") for event in events if event.order not in orders]
    kept = StoreEvent.objects.filter(order__in=list(orders)).values_list("order_id", "version", "body")
    strange += told_otherwise(events, {event_key(number, version): body for number, version, body in kept})
    StoreEvent.objects.bulk_create(
        [
            StoreEvent(order_id=event.order, version=event.version, body=event.body, heard_at=now)
            for event in events
            if event.order in orders
        ],
        ignore_conflicts=True,
    )
    writes = _advance(orders, now=now)
    set_aside.put(Feed.Name.ORDERS, [*strange, *writes.impossible], now=now)


def unheard_keys(events: Iterable[Heard]) -> list[str]:
    """The keys of events that are new to us. What was heard and could not be applied stays set aside, told again or not."""
    events = list(events)
    heard = StoreEvent.objects.filter(order__in={event.order for event in events})
    known = {event_key(*pair) for pair in heard.values_list("order_id", "version")}
    return [key for key in dict.fromkeys(event.key for event in events) if key not in known]


def cancel_refused(number: UUID | str, *, reason: str, now: datetime) -> None:
    """Step: put an order back where the store last said it is, since it can no longer be stopped."""
    order = Order.objects.select_for_update().get(pk=number)
    if order.state != State.CANCEL_REQUESTED:
        return  # the store's events have moved it already
    last = StoreEvent.objects.filter(order=order, version__lte=order.store_version).order_by("-version").first()
    state = FROM_STORE[last.body["status"]] if last else State.PLACED
    lines = list(order.lines.order_by("position"))
    by_staff = order.events.filter(version=order.version, actor=STAFF).exists()
    event = order.move_to(state, at=now, reason=reason[:REASON_LENGTH], actor="warehouse")
    told = {"kind": letters.NOT_CANCELLED, "by_staff": by_staff}
    _save([order], Writes(events=[event], mails=[letters.letter(order, lines, event, now=now, **told)]), now=now)


def end_unheard(number: UUID | str, state: State, *, reason: str, now: datetime, actor: str = "warehouse") -> None:
    """Step: end an order that the store will never have an event for, if it is still open."""
    order = Order.objects.select_for_update().get(pk=number)
    if state in MOVES[State(order.state)]:
        writes, lines = Writes(), list(order.lines.order_by("position"))
        _move(order, lines, state, reason, at=now, now=now, writes=writes, actor=actor)
        _save([order], writes, now=now)


def _locked(numbers: set[UUID]) -> dict[UUID, Order]:
    """The orders, locked in the order of their numbers so that two hearings cannot block each other."""
    if not numbers:
        return {}
    found = Order.objects.filter(pk__in=numbers).order_by("pk").select_for_update(of=("self",))
    found = found.annotate(is_retold=Exists(Retelling.objects.filter(order=OuterRef("pk"))))
    return {order.pk: order for order in found}


def _told(orders: dict[UUID, Order]) -> dict[UUID, set[str]]:
    retold = {number: set() for number, order in orders.items() if order.is_retold}
    if retold:
        for number, state in OrderEvent.objects.filter(order__in=list(retold)).values_list("order_id", "state"):
            retold[number].add(state)
    return retold


def _advance(orders: dict[UUID, Order], *, now: datetime) -> Writes:
    waiting = _waiting(orders)
    if not waiting:
        return Writes()
    in_parcels = {number for number, events in waiting.items() if any(event.parcels for event in events)}
    writes = Writes(told=_told(orders), parcels=Known(in_parcels))
    lines = defaultdict(list)
    for line in OrderLine.objects.filter(order__in=list(waiting)).order_by("order_id", "position"):
        lines[line.order_id].append(line)
    moved = []
    for number, events in waiting.items():
        order, before = orders[number], orders[number].store_version
        for event in events:
            if event.version != order.store_version + 1:
                break  # the one between is still on its way
            _apply(order, lines[number], event, now=now, writes=writes)
        if order.store_version > before:
            moved.append(order)
    _save(moved, writes, now=now)
    return writes


def _waiting(orders: dict[UUID, Order]) -> dict[UUID, list[Heard]]:
    """Events heard and not yet applied, by order, in the order of their versions."""
    waiting = defaultdict(list)
    heard = StoreEvent.objects.filter(order__in=list(orders), version__gt=F("order__store_version"))
    for kept in heard.order_by("order_id", "version"):
        waiting[kept.order_id].append(Heard.parse(kept.body))
    return waiting


def _apply(order: Order, lines: list[OrderLine], event: Heard, *, now: datetime, writes: Writes) -> None:
    order.store_version = event.version
    shorter = _count(lines, event, writes)
    if not order.attention and any(count.awaited for count in event.lines):
        order.attention = shortfalls.awaited(lines, event)[:ATTENTION_LENGTH]
    (new, changed), state = writes.parcels.take_over(order, lines, event), FROM_STORE[event.status]
    if call := call_for(order, changed):
        order.attention = f"{call} {order.attention}".strip()[:ATTENTION_LENGTH]
    try:
        _tell(order, lines, event, state, new=new, shorter=shorter, now=now, writes=writes)
    except IllegalMove as error:
        # Of these its customer heard how it ended; `reconcile` watches them until the store says the same.
        if order.pk not in writes.told and not (state in BEFORE_ITS_END and _was_given_up(order)):
            writes.impossible.append(aside(event, str(error)))
    writes.mails += [letters.change_letter(order, lines, parcel, kind, now=now) for parcel, kind in changed]


def _tell(order, lines, event: Heard, state: State, *, new, shorter, now, writes: Writes) -> None:
    """Step: move the order on to this state, or tell what moved within it.

    :param shorter: how many copies fell short with this event, by line.
    :raises IllegalMove:
    """
    if state == order.state or (order.state == State.CANCEL_REQUESTED and state in GOING_ON):
        # Only the counters moved, or we had said so ourselves, or the answer to the cancelling is still to come.
        if order.state != State.SHIPPED:  # of one that was, the customer has heard
            _tell_parcels(order, lines, new, now=now, writes=writes)
        _tell_short(order, lines, event, shorter, now=now, writes=writes)
        return
    short = {line: line.short for line in lines}
    reason = event.reason or (
        shortfalls.shortage(lines, event) if state == State.REJECTED else shortfalls.why_short(event, short)
    )
    why_money = event.reason or shortfalls.why_short(event, shorter) or reason
    told = {"heard": event, "new": new, "why_money": why_money}
    _move(order, lines, state, reason, at=event.at, now=now, writes=writes, **told)


def _was_given_up(order: Order) -> bool:
    """A person ended the order here while its message was open. The store may have got it, and cancels it next."""
    message = OutboxMessage.objects.filter(topic=Topic.ORDER_PLACED, key=str(order.number))
    return message.filter(state=OutboxMessage.State.GIVEN_UP).exists()


def _move(
    order,
    lines,
    state,
    reason,
    *,
    at,
    now,
    writes: Writes,
    heard: Heard | None = None,
    new: Sequence[Parcel] = (),
    why_money: str = "",
    actor="warehouse",
) -> None:
    """Step: move the order on and tell its customer; the letter on the move tells of the last parcel that is new.

    :param why_money: why money goes back, if that is another reason than the move's.
    """
    event = order.move_to(state, at=at, reason=reason[:REASON_LENGTH], actor=actor)
    writes.events.append(event)
    if state == State.SHIPPED:
        writes.sent.append((order, lines))
    is_news = state not in writes.told.get(order.pk, ())
    refund = _give_back(order, lines, why_money or reason, now=now)
    if is_news:
        _tell_parcels(order, lines, new[:-1], now=now, writes=writes)
        is_rest = state == State.SHIPPED and not new and bool(writes.parcels.of.get(order.pk))
        told = {"parcel": new[-1] if new else None, "reasons": heard.line_reasons if heard else None}
        told |= {"returned": refund.amount if refund else Decimal(0), "kind": letters.REST if is_rest else ""}
        writes.mails.append(letters.letter(order, lines, event, now=now, **told))
    elif refund:
        writes.mails.append(refunds.letter(refund, order, now=now))


def _tell_parcels(order, lines, new: Sequence[Parcel], *, now, writes: Writes) -> None:
    writes.mails += [letters.parcel_letter(order, lines, parcel, now=now) for parcel in new]


def _tell_short(order, lines, event: Heard, shorter: dict[OrderLine, int], *, now, writes: Writes) -> None:
    """The shop's order makes no move. Money that goes back has its letter, and copies that are short have one."""
    reason = event.reason or shortfalls.why_short(event, shorter or {line: line.short for line in lines})
    if refund := _give_back(order, lines, reason, now=now):
        writes.mails.append(refunds.letter(refund, order, now=now))
    elif shorter and order.state in GOING_ON | {State.CANCEL_REQUESTED}:  # not while an ended order's log is replayed
        writes.mails.append(letters.short_letter(order, lines, event.line_reasons, now=now))


def _give_back(order: Order, lines: list[OrderLine], reason: str, *, now: datetime) -> Refund | None:
    """What the customer paid and will not get."""
    if order.payment != Order.Payment.PREPAID:
        return None
    return refunds.give_back_unowed(order, lines, reason=reason, now=now)


def _count(lines: list[OrderLine], event: Heard, writes: Writes) -> dict[OrderLine, int]:
    """Step: take the store's counters over; answer how many more copies are short than before, by line."""
    counts, before = {count.line: count for count in event.lines}, {line: line.short for line in lines}
    for line in lines:
        count = counts.get(line.position)
        if count and any(getattr(line, name) != getattr(count, name) for name in COUNTERS):
            for name in COUNTERS:
                setattr(line, name, getattr(count, name))
            writes.counted[line.pk] = line
    return {line: line.short - short for line, short in before.items() if line.short > short}


def _save(orders: list[Order], writes: Writes, *, now: datetime) -> None:
    if orders:
        Order.objects.bulk_update(orders, ["state", "reason", "version", "store_version", "attention"])
    if writes.counted:
        OrderLine.objects.bulk_update(writes.counted.values(), COUNTERS)
    writes.parcels.save()
    OrderEvent.objects.bulk_create(writes.events)
    if orders:
        tell_after_commit()
    invoices.issue(writes.sent, now=now)
    notifications.write_all(writes.mails)
