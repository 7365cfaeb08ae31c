"""Hearing what the store says about returns: each version once, in order, whichever way it comes and however often."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import F

from shop.live.hint import tell_after_commit
from shop.orders.models import Order, OrderLine
from shop.payments import refunds
from shop.returns import letters, money
from shop.returns.models import Return, ReturnEvent, ReturnLine, State, Why
from shop.storelink import set_aside
from shop.storelink.heard import aside, told_otherwise
from shop.storelink.models import Feed
from store_client import BadRow, event_key
from store_client import ReturnEvent as Heard

REASON_LENGTH = 500
COUNTERS = ("received", "restocked", "damaged", "not_ours", "missing", "refund")


def apply_events(events: Iterable[Heard], *, now: datetime) -> None:
    """Step: keep the events, then bring each return on as far as its versions follow one another.

    A version that came before is not applied again; one that comes too early waits for those before it. A return that
    the warehouse made by itself is taken over. What fits no order of ours is set aside.
    """
    events = list(events)
    orders = _locked({event.order for event in events})
    returns, strange = _known(events, orders)
    unusable = {row.key for row in strange}
    known = [event for event in events if event.key not in unusable]
    kept = ReturnEvent.objects.filter(of__in={event.number for event in known}).values_list("of_id", "version", "body")
    strange += told_otherwise(known, {event_key(number, version): body for number, version, body in kept})
    ReturnEvent.objects.bulk_create(
        [
            ReturnEvent(
                of_id=event.number,
                version=event.version,
                state=event.status,
                at=event.at,
                body=event.body,
                heard_at=now,
            )
            for event in known
        ],
        ignore_conflicts=True,
    )
    for found, waiting in _waiting(returns):
        _advance(found, waiting, now=now)
    if returns:
        tell_after_commit()
    set_aside.put(Feed.Name.RETURNS, strange, now=now)


def unheard_keys(events: Iterable[Heard]) -> list[str]:
    """The keys of events that are new to us. What was heard otherwise before stays set aside, told again or not."""
    events = list(events)
    heard = ReturnEvent.objects.filter(of__in={event.number for event in events})
    known = {event_key(*pair) for pair in heard.values_list("of_id", "version")}
    return [key for key in dict.fromkeys(event.key for event in events) if key not in known]


def end_unheard(number: UUID | str, *, reason: str, now: datetime) -> bool:
    """Step: refuse a return that the store will not take, unless the store has told of it; False if it has."""
    Order.objects.select_for_update(of=("self",)).get(returns=number)
    found = Return.objects.select_related("order").get(pk=number)
    if found.version or found.state != State.ASKED:
        return False
    found.state, found.reason = State.REFUSED, reason[:REASON_LENGTH]
    found.save(update_fields=["state", "reason"])
    # The letter on the request has the slot of version 0 already.
    letters.write(found, State.REFUSED, now=now, version=letters.UNHEARD)
    tell_after_commit()
    return True


def _locked(numbers: set[UUID]) -> dict[UUID, Order]:
    """The orders, locked in the order of their numbers so that two hearings cannot block each other."""
    found = Order.objects.filter(pk__in=numbers).order_by("pk").select_for_update() if numbers else []
    return {order.pk: order for order in found}


def _known(events: list[Heard], orders: dict[UUID, Order]) -> tuple[dict[UUID, Return], list[BadRow]]:
    """The returns that the events tell of, and the events that tell of none that we could have."""
    returns = {found.pk: found for found in Return.objects.filter(pk__in={event.number for event in events})}
    strange = []
    for event in events:
        found, order = returns.get(event.number), orders.get(event.order)
        if order is None:
            strange.append(aside(event, "There is no such order in the shop."))
        elif found is None and (made := _taken_over(event, order)):
            returns[made.pk] = made
        elif found is None or found.order_id != event.order:
            strange.append(aside(event, "It fits no return and no lines of this order."))
    returns = {number: found for number, found in returns.items() if found.order_id in orders}
    for found in returns.values():
        found.order = orders[found.order_id]
    return returns, strange


def _taken_over(event: Heard, order: Order) -> Return | None:
    """A return that the warehouse made for books that came unasked; None if its lines are not the order's."""
    lines = {line.position: line for line in OrderLine.objects.filter(order=order)}
    if event.why != Why.UNASKED or any(count.line not in lines or count.asked < 1 for count in event.lines):
        return None
    found = Return.objects.create(number=event.number, order=order, state=State.ASKED, why=event.why, asked_at=event.at)
    ReturnLine.objects.bulk_create(
        ReturnLine(of=found, line=lines[count.line], quantity=count.asked) for count in event.lines
    )
    return found


def _waiting(returns: dict[UUID, Return]) -> list[tuple[Return, list[ReturnEvent]]]:
    """Events heard and not yet applied, by return, in the order of their versions."""
    waiting = defaultdict(list)
    heard = ReturnEvent.objects.filter(of__in=list(returns), version__gt=F("of__version"))
    for kept in heard.order_by("of_id", "version"):
        waiting[kept.of_id].append(kept)
    return [(returns[number], kept) for number, kept in waiting.items()]


def _advance(found: Return, waiting: list[ReturnEvent], *, now: datetime) -> None:
    for kept in waiting:
        if kept.version != found.version + 1:
            break  # the one between is still on its way
        _apply(found, kept, Heard.parse(kept.body), now=now)


def _apply(found: Return, kept: ReturnEvent, event: Heard, *, now: datetime) -> None:
    before, found.version, found.state = found.state, event.version, State(event.status)
    found.reason = event.reason[:REASON_LENGTH]
    kept.amount = _count(found, event)
    refund = None
    if kept.amount:
        refund = money.give_back_returned(found, kept.amount, reason=f"Your return {found.reference}.", now=now)
        kept.save(update_fields=["amount"])
    found.save()
    is_told = found.state != before and bool(letters.kind_of(found, found.state))
    if is_told:
        letters.write(found, found.state, now=now, returned=refund.amount if refund else Decimal(0))
    elif refund:
        refunds.tell(refund, found.order, now=now)


def _count(found: Return, event: Heard) -> Decimal:
    """Step: take the store's counters over; answer the price of the copies whose money is to go back now."""
    lines = {line.line.position: line for line in found.lines.select_related("line")}
    counts = [(lines[count.line], count) for count in event.lines if count.line in lines]
    amount = money.price_of_returned([(line, count.refund - line.refund) for line, count in counts])
    for line, count in counts:
        for name in COUNTERS:
            setattr(line, name, getattr(count, name))
    ReturnLine.objects.bulk_update([line for line, _ in counts], COUNTERS)
    return amount
