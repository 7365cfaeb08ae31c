"""An order that waits for its money: placed when it comes, expired when it does not."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from shop.bell import ring_after_commit
from shop.live.hint import tell_after_commit
from shop.orders import letters, wire
from shop.orders.models import Order, OrderEvent
from shop.orders.states import State
from shop.outbox.models import OutboxMessage, Topic
from shop.payments import closing
from shop.payments.models import Payment
from shop.payments.states import State as PaymentState
from worker_bell import Topic as Wake

WAIT_FOR_ANSWER = timedelta(minutes=5)  # a gateway that cannot be asked does not keep an order open for ever


def place_paid(order: Order, *, now: datetime) -> None:
    """Step: place a locked order whose money was taken, queue it for the store and its letter for the buyer."""
    order.attention = ""
    order.held = True if order.state == State.EXPIRED else order.held
    lines = list(order.lines.order_by("position"))
    event = order.move_to(State.PLACED, at=now, actor="customer")
    order.save()
    event.save(force_insert=True)
    tell_after_commit()
    OutboxMessage.take_back(topic=Topic.HOLD_RELEASE, key=str(order.number), now=now)
    OutboxMessage.write(topic=Topic.ORDER_PLACED, key=str(order.number), body=wire.new_order(order, lines), now=now)
    letters.letter(order, lines, event, now=now).save(force_insert=True)
    ring_after_commit(Wake.OUTBOX, Wake.MAIL)


def expire_next(*, now: datetime) -> bool:
    """This function will expire one order that was not paid in time; False if there is none.

    An order whose gateway has not been asked since the deadline waits a little: its money may be there already.
    """
    unanswered = Payment.objects.filter(
        Q(asked_at=None) | Q(asked_at__lt=OuterRef("pay_until")),
        order=OuterRef("pk"),
        state__in=[PaymentState.PENDING, PaymentState.AUTHORISED],
    )
    due = Order.objects.filter(state=State.AWAITING_PAYMENT, pay_until__lte=now)
    ripe = due.filter(~Exists(unanswered) | Q(pay_until__lte=now - WAIT_FOR_ANSWER))
    with transaction.atomic(durable=True):
        order = ripe.order_by("pay_until").select_for_update(skip_locked=True, of=["self"]).first()
        if order is None:
            return False
        expire(order, now=now)
    return True


def expire(order: Order, *, now: datetime, is_told: bool = True) -> None:
    """Step: end a locked order that was not paid in time; its copies are free again, its books stay known.

    :param is_told: False if another letter tells the customer more.
    """
    event = order.move_to(State.EXPIRED, at=now)
    order.save()
    event.save(force_insert=True)
    tell_after_commit()
    closing.close_open(order, PaymentState.EXPIRED, now=now)
    release_hold(order, now=now)
    if is_told:
        _tell(order, event, now=now)


def release_hold(order: Order, *, now: datetime) -> None:
    """Step: have the store told that the copies of an order are free again."""
    OutboxMessage.write_anew(topic=Topic.HOLD_RELEASE, key=str(order.number), body={}, now=now)
    ring_after_commit(Wake.OUTBOX)


def _tell(order: Order, event: OrderEvent, *, now: datetime) -> None:
    letters.letter(order, list(order.lines.order_by("position")), event, now=now).save(force_insert=True)
    ring_after_commit(Wake.MAIL)
