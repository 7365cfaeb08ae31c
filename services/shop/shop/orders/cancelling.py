"""A customer changes their mind, or staff cancel: at once while nothing is placed, by asking the store afterwards."""

from datetime import datetime

from django.db import transaction

from shop.accounts.models import User
from shop.bell import ring_after_commit
from shop.live.hint import tell_after_commit
from shop.orders import letters
from shop.orders.models import Order, OrderEvent
from shop.orders.paying import release_hold
from shop.orders.states import CUSTOMER, MOVES, STAFF, State
from shop.outbox.models import OutboxMessage, Topic
from shop.payments import closing
from shop.payments.states import State as PaymentState
from shop.staff import history
from worker_bell import Topic as Wake

REASONS = {CUSTOMER: "The customer cancelled the order.", STAFF: "The bookshop cancelled the order."}
CANCELLABLE = frozenset({state for state, moves in MOVES.items() if State.CANCEL_REQUESTED in moves}) | {
    State.AWAITING_PAYMENT
}

MOST_QUESTIONS = 5  # by its customer of one order: each answer is a letter


class TooLate(Exception):
    """The order cannot be cancelled any more; the text is for the customer."""


def can_cancel(order: Order, *, now: datetime) -> bool:
    return order.state_at(now) in CANCELLABLE


def cancel(order: Order, *, now: datetime, by: User | None = None) -> Order:
    """This function will cancel an unpaid order at once, and ask the store to cancel one that is placed.

    Cancelling again changes nothing.

    :param by: the member of staff who does it, which the customer and the row's history are told; None for its customer.
    :raises TooLate: if the order is sent or over, or its customer was told as often as MOST_QUESTIONS that it cannot be
        stopped.
    """
    with transaction.atomic(durable=True):
        order = Order.objects.select_for_update().get(pk=order.pk)
        if order.state in (State.CANCELLED, State.CANCEL_REQUESTED):
            return order
        if not can_cancel(order, now=now):
            why = ": a part of it has left the warehouse" if order.state == State.PARTLY_SHIPPED else ""
            raise TooLate(f"Order {order.reference} cannot be cancelled any more{why}.")
        if order.state == State.AWAITING_PAYMENT:
            _cancel_at_once(order, actor=STAFF if by else CUSTOMER, now=now)
        else:
            _ask_the_store(order, actor=STAFF if by else CUSTOMER, now=now)
        if by:
            history.note(order, f"{State(order.state).label}.", by=by)
    return order


def _cancel_at_once(order: Order, *, now: datetime, actor: str = CUSTOMER) -> None:
    """A customer need not be told who it was that changed their mind."""
    reason = REASONS[actor] if actor != CUSTOMER else ""
    event = order.move_to(State.CANCELLED, at=now, reason=reason, actor=actor)
    order.save()
    event.save(force_insert=True)
    tell_after_commit()
    closing.close_open(order, PaymentState.CANCELLED, now=now)
    release_hold(order, now=now)
    letters.letter(order, list(order.lines.order_by("position")), event, now=now).save(force_insert=True)
    ring_after_commit(Wake.MAIL)


def _ask_the_store(order: Order, *, now: datetime, actor: str = CUSTOMER) -> None:
    """No letter: the page says that it was asked for, and the store's answer brings one.

    Who was told that it is too late may ask again: a sealed parcel can have been opened since, which the store does not tell.
    """
    asked = order.events.filter(state=State.CANCEL_REQUESTED).count()
    if actor == CUSTOMER and asked >= MOST_QUESTIONS:
        raise TooLate(
            f"The warehouse has answered {asked} times that it cannot stop this order. Please talk to us about it."
        )
    event: OrderEvent = order.move_to(State.CANCEL_REQUESTED, at=now, actor=actor)
    order.save()
    event.save(force_insert=True)
    tell_after_commit()
    OutboxMessage.write_anew(topic=Topic.ORDER_CANCEL, key=str(order.number), body={"reason": REASONS[actor]}, now=now)
    ring_after_commit(Wake.OUTBOX)
