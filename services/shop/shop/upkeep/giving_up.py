"""What it means that a person gives up a row: nobody must wait for it in vain afterwards."""

from datetime import datetime

from django.db import transaction

from shop.accounts.models import User
from shop.bell import ring_after_commit
from shop.orders.models import Order
from shop.orders.states import STAFF, State
from shop.outbox.models import Deliverable, OutboxMessage, Topic
from shop.payments.models import Refund
from shop.returns import hearing
from shop.storelink import inbox
from shop.storelink.models import SetAside
from shop.upkeep import diary
from worker_bell import Topic as Wake

ATTENTION_LENGTH = 200
RETURN_GOES_ON = "The message is given up. The store has the return all the same, and it goes on there."


class TooLate(Exception):
    """The row was delivered meanwhile, or is being sent at this very moment; the text is for the person."""


def give_up(row: Deliverable, *, who: User, reason: str, now: datetime) -> str:
    """This function will stop trying to deliver a row, and answer what that meant, in a sentence.

    An order that the store was to get is cancelled, paid back and its customer told; if the store may have got it all
    the same, it is told to cancel it as well.

    :raises TooLate:
    """
    had_been_tried, before = row.attempts > 0, row.last_error
    with transaction.atomic(durable=True):
        why = f"Given up by {who.email}: {reason}" + (f" Before that: {before}" if before else "")
        if not row.give_up(why=why, now=now):
            raise TooLate("It was delivered meanwhile, or is being sent at this moment. Look again in a minute.")
        meant = _consequence(row, reason=reason, who=who, had_been_tried=had_been_tried, now=now)
        diary.note(who, row, f"given up: {reason}")
    return meant


def put_away(row: SetAside, *, who: User, reason: str) -> str:
    """This function will let go of a row that was set aside; what it said stays in the diary."""
    with transaction.atomic(durable=True):
        diary.note(who, row, f"given up: {reason} What it was: {row.body}")
        row.delete()
    return "The row is put away."


def _consequence(row: Deliverable, *, reason: str, who: User, had_been_tried: bool, now: datetime) -> str:
    if isinstance(row, Refund):
        _mark(Order.objects.filter(payments=row.payment_id), f"A refund was given up by {who.email}: {reason}")
        return "The refund is given up; the order stays marked for attention."
    if not isinstance(row, OutboxMessage):
        return "The letter is given up. Nobody is told by itself."
    if row.topic == Topic.ORDER_PLACED:
        return _end_order(row, reason=reason, who=who, had_been_tried=had_been_tried, now=now)
    if row.topic == Topic.ORDER_CANCEL:
        return _leave_order(row, reason=reason, who=who, now=now)
    if row.topic == Topic.RETURN_ASKED:
        is_ended = hearing.end_unheard(row.key, reason=reason, now=now)
        return "The return is refused and its customer told by a letter." if is_ended else RETURN_GOES_ON
    return "The message is given up. The store frees held copies by itself when their time is over."


def _end_order(row: OutboxMessage, *, reason: str, who: User, had_been_tried: bool, now: datetime) -> str:
    order = Order.objects.select_for_update().get(pk=row.key)
    if order.state not in (State.PLACED, State.CANCEL_REQUESTED):
        return "The message is given up. Its order had gone on already and stays as it is."
    inbox.end_unheard(row.key, State.CANCELLED, reason=reason, now=now, actor=STAFF)
    _mark(Order.objects.filter(pk=order.pk), f"Given up by {who.email}: {reason}")
    ring_after_commit(Wake.MAIL, Wake.REFUNDS)
    if had_been_tried and not OutboxMessage.objects.filter(topic=Topic.ORDER_CANCEL, key=row.key).exists():
        OutboxMessage.write(topic=Topic.ORDER_CANCEL, key=row.key, body={"reason": reason[:500]}, now=now)
        ring_after_commit(Wake.OUTBOX)
    return "The order is cancelled, what was paid goes back, and the customer is told by a letter."


def _leave_order(row: OutboxMessage, *, reason: str, who: User, now: datetime) -> str:
    order = Order.objects.select_for_update().get(pk=row.key)
    if order.state == State.CANCEL_REQUESTED:
        inbox.cancel_refused(row.key, reason=reason, now=now)
        return "The order goes on as if nobody had asked to cancel it; the customer is told by a letter."
    if order.state == State.CANCELLED:
        _mark(Order.objects.filter(pk=order.pk), f"The warehouse was not told of the end of this order: {reason}")
        return "The message is given up. Ask the warehouse not to send this order."
    return "The message is given up. Its order had gone on already and stays as it is."


def _mark(orders, attention: str) -> None:
    orders.update(attention=attention[:ATTENTION_LENGTH])
