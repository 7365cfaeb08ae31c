"""What was to be delivered: messages to the warehouse and letters, with every try that they took."""

from collections.abc import Iterable, Iterator

from django.db.models import TextChoices

from shop.clock import by_clock
from shop.notifications.models import Mail
from shop.orders.models import Order
from shop.outbox.models import Deliverable, OutboxMessage, Topic
from shop.story.entry import Entry

State = Deliverable.State
WHAT: dict[Topic, str] = {
    Topic.ORDER_PLACED: "The order",
    Topic.ORDER_CANCEL: "The cancelling",
    Topic.HOLD_RELEASE: "The release of its copies",
    Topic.RETURN_ASKED: "The return",
}
TO_THE_WAREHOUSE: dict[TextChoices, str] = {
    State.WAITING: "waits to be sent to the warehouse",
    State.SENT: "was sent to the warehouse",
    State.REFUSED: "was refused by the warehouse; a person must look",
    State.GIVEN_UP: "was not sent: a person gave it up",
}
TO_THE_CUSTOMER: dict[TextChoices, str] = {
    State.WAITING: "waits to be sent",
    State.SENT: "was sent",
    State.REFUSED: "was refused; a person must look",
    State.GIVEN_UP: "was not sent: a person gave it up",
    Mail.State.NOT_WANTED: "was not sent: its reader can do without it",
}


def messages(order: Order, returns: Iterable) -> Iterator[Entry]:
    """What the warehouse was, or will be, told of the order and of its returns."""
    keys = [str(order.number), *(str(each.number) for each in returns)]
    for message in OutboxMessage.objects.filter(key__in=keys).order_by("id"):
        yield Entry(
            message.done_at or message.created_at,
            "message",
            f"{WHAT[Topic(message.topic)]} {TO_THE_WAREHOUSE[State(message.state)]}.",
            detail=f"message {message.pk} “{message.topic}” of {message.key}: {how_far(message)}",
            tries=message.attempts,
            key=f"{message.topic}:{message.key}" if message.state == State.SENT else "",
        )


def mails(order: Order) -> Iterator[Entry]:
    for mail in Mail.objects.filter(key=str(order.number)).defer("text", "html").order_by("id"):
        named = mail.event.split(":")  # order:<number>:<version>:<kind>, if it tells of a move
        yield Entry(
            mail.done_at or mail.created_at,
            "mail",
            f"The letter “{mail.subject}” {TO_THE_CUSTOMER[Mail.State(mail.state)]}.",
            to_customer=f"We wrote to you: “{mail.subject}”" if mail.state == Mail.State.SENT else "",
            detail=f"mail {mail.event} {mail.message_id} to {mail.to}: {how_far(mail)}",
            tries=mail.attempts,
            after=(f"order:{named[2]}",) if named[0] == "order" and len(named) > 3 else (),
        )


def how_far(row: Deliverable) -> str:
    """When it was written, how often it was tried, what it came to, and what went wrong last."""
    done = f" at {by_clock(row.done_at, '%F %T')}" if row.done_at else f", next try at {by_clock(row.next_at, '%F %T')}"
    error = f"; last error: {row.last_error}" if row.last_error else ""
    tries = f"{row.attempts} {'try' if row.attempts == 1 else 'tries'}"
    return f"written at {by_clock(row.created_at, '%F %T')}, {row.state}{done} after {tries}{error}"
