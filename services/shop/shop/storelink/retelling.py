"""Orders whose log in the store is not the one that we heard, as after a restore of the store's database.

What a customer was told is not taken back, and not told twice.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from shop.bell import ring_after_commit
from shop.live.hint import tell_after_commit
from shop.orders import wire
from shop.orders.models import Order, OrderEvent, OrderLine
from shop.orders.states import FROM_STORE, MOVES, State
from shop.outbox.models import OutboxMessage, Topic
from shop.storelink import digests, inbox, set_aside
from shop.storelink.models import Feed, Retelling, StoreEvent
from store_client import OrderEvent as Heard
from store_client import StoredOrder, event_key
from worker_bell import Topic as Wake

SENT_AGAIN = "The warehouse lost its record of this order and was sent it again."
OVER = frozenset(state for state, moves in MOVES.items() if not moves)
STOP_IT = frozenset({State.CANCELLED, State.CANCEL_REQUESTED})
ADVICE = {
    State.PARTLY_SHIPPED: (
        "Its customer was told that a part of it was sent. In the warehouse, put the copies that left into a parcel, seal it "
        "and send it off, so that they are not sent twice."
    ),
    State.SHIPPED: (
        "Its customer was told that it was sent. In the warehouse, put the copies that left into it and dispatch it, so "
        "that it is not sent twice."
    ),
    State.REJECTED: "Its customer was told that it is over. In the warehouse, fail it and give the reason.",
    State.FAILED: "Its customer was told that it is over. In the warehouse, fail it again and give the reason.",
}
GIVEN_BACK = (
    "Part of its money went back, and the warehouse has forgotten why. Agree with the customer what is still to be "
    "delivered, and settle it in the warehouse."
)
LEFT_IN_PART = "A part of it was sent, and the warehouse has forgotten the order. Agree with the customer what is still to be delivered."
LOOK_AT_BOTH = "Look at both sides with: order_story"


def follow(stored: StoredOrder, *, now: datetime) -> str:
    """This function will make an order what the store says of it; "" if it is now, else what a person has to do.

    An order that is over for its customer stays so. If it was cancelled, the store is asked to cancel it, too.
    """
    if [event.version for event in stored.events] != list(range(1, stored.version + 1)) or not stored.events:
        return f"The store's own log of it has gaps. {LOOK_AT_BOTH} {stored.order}"
    with transaction.atomic(durable=True):
        order = Order.objects.select_for_update().get(pk=stored.order)
        _trust_own_history(order)
        there = FROM_STORE.get(stored.status)
        if order.state in STOP_IT and there not in OVER:
            _ask_to_cancel(order, now=now)
            return ""
        if order.state == State.PARTLY_SHIPPED and there not in (State.PARTLY_SHIPPED, State.SHIPPED):
            return ADVICE[State.PARTLY_SHIPPED]
        if order.state in OVER and there != order.state:
            return ADVICE.get(State(order.state), f"{LOOK_AT_BOTH} {order.number}")
        if order.state not in OVER and _had_money_back(order):
            return GIVEN_BACK
        _take_over(order, stored.events, now=now)
    here = digests.order_rows(stored.order.hex)[stored.order]
    is_equal = (here.store_version, FROM_STORE.get(stored.status)) == (stored.version, here.state)
    return "" if is_equal else f"{LOOK_AT_BOTH} {stored.order}"


def make_good_for_lost(number: UUID, *, now: datetime) -> bool:
    """This function will send the store again what it has lost, unless that is over: copies that left leave but once.

    :returns: False if only a person can tell what to do, which the order says.
    """
    with transaction.atomic(durable=True):
        order = Order.objects.select_for_update().get(pk=number)
        _trust_own_history(order)
        if order.state not in OVER and (_had_money_back(order) or order.state == State.PARTLY_SHIPPED):
            order.attention = order.attention or (LEFT_IN_PART if order.state == State.PARTLY_SHIPPED else GIVEN_BACK)
            order.save(update_fields=["attention"])
            return False
        _forget(order, keep=0, now=now)
        order.store_version = 0
        if order.state == State.CANCEL_REQUESTED:
            _ask_to_cancel(order, now=now)
        elif order.state not in OVER:
            _send_again(order, now=now)
        order.save()
    return True


def _trust_own_history(order: Order) -> None:
    """What the customer was told counts, whatever somebody wrote into the row."""
    newest = order.events.order_by("-version").first()
    if newest and newest.state != order.state:
        order.state = newest.state
        order.save(update_fields=["state"])


def _had_money_back(order: Order) -> bool:
    return order.payments.filter(refunded__gt=0).exists()


def _take_over(order: Order, events: tuple[Heard, ...], *, now: datetime) -> None:
    """Step: hear the store's log instead of the one we heard; the last event anew if there is nothing new in it."""
    kept = list(StoreEvent.objects.filter(order=order).order_by("version"))
    common = 0
    for ours, theirs in zip(kept, events):
        if Heard.parse(ours.body) != theirs:
            break
        common += 1
    _forget(order, keep=common, now=now)
    order.store_version = min(order.store_version, common, len(events) - 1)
    order.save(update_fields=["store_version"])
    inbox.apply_events(events, now=now)
    settled = [event_key(order.number, version) for version in range(1, len(events) + 1)]
    set_aside.let_go(Feed.Name.ORDERS, settled)


def _forget(order: Order, *, keep: int, now: datetime) -> None:
    """Step: put away what the store told once and its log has no more."""
    gone = StoreEvent.objects.filter(order=order, version__gt=keep).order_by("version")
    told, _ = Retelling.objects.get_or_create(order=order, defaults={"at": now})
    told.at, told.forgotten = now, [*told.forgotten, *(event.body for event in gone)]
    told.save()
    gone.delete()


def _send_again(order: Order, *, now: datetime) -> None:
    lines = list(order.lines.order_by("position"))
    OrderLine.objects.filter(order=order).update(packed=0, shipped=0, short=0)
    order.held = False
    if order.state != State.PLACED:
        event: OrderEvent = order.move_to(State.PLACED, at=now, reason=SENT_AGAIN)
        event.save(force_insert=True)
        tell_after_commit()
    body = wire.new_order(order, lines)
    OutboxMessage.write_anew(topic=Topic.ORDER_PLACED, key=str(order.number), body=body, now=now)
    ring_after_commit(Wake.OUTBOX)


def _ask_to_cancel(order: Order, *, now: datetime) -> None:
    body = {"reason": order.reason or "The order was cancelled."}
    OutboxMessage.write_anew(topic=Topic.ORDER_CANCEL, key=str(order.number), body=body, now=now)
    ring_after_commit(Wake.OUTBOX)
