"""The states of an order in fewer words, as shops without a warehouse of their own have them."""

from datetime import datetime

from django.db import models, transaction

from shop.accounts.models import User
from shop.bell import ring_after_commit
from shop.orders.models import Order
from shop.orders.states import State
from shop.outbox import operations as outbox
from shop.outbox.models import OutboxMessage, Topic
from shop.staff import history
from worker_bell import Topic as Wake


class Phase(models.TextChoices):
    NEW = "new", "The warehouse does not have it yet"
    PROCESSING = "processing", "The warehouse has it"
    SENT = "sent", "All of it that is to be sent was sent"
    OVER = "over", "Nothing comes of it"


PHASES: dict[Phase, tuple[State, ...]] = {
    Phase.NEW: (State.AWAITING_PAYMENT, State.PLACED),
    Phase.PROCESSING: (State.ACCEPTED, State.PACKING, State.PARTLY_SHIPPED, State.CANCEL_REQUESTED),
    Phase.SENT: (State.SHIPPED,),
    Phase.OVER: (State.EXPIRED, State.REJECTED, State.FAILED, State.CANCELLED),
}


def phase_of(state: str) -> Phase:
    return next(phase for phase, states in PHASES.items() if state in states)


def hurry(order: Order, *, by: User, now: datetime) -> None:
    """This function will have an order that waits for its next try sent to the warehouse at once, and keep who wished it."""
    with transaction.atomic(durable=True):
        message = OutboxMessage.objects.filter(topic=Topic.ORDER_PLACED, key=str(order.number))
        outbox.send_again(message.filter(state=OutboxMessage.State.WAITING), now=now)
        history.note(order, "Sent to the warehouse at once.", by=by)
        ring_after_commit(Wake.OUTBOX)
