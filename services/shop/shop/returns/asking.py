"""A customer asks to send books back. The row and its message to the store are one transaction."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from shop.bell import ring_after_commit
from shop.clock import by_clock
from shop.live.hint import tell_after_commit
from shop.orders.models import Order
from shop.outbox.models import OutboxMessage, Topic
from shop.pages.wording import counted
from shop.returns import letters
from shop.returns.models import Return, ReturnLine, State
from shop.returns.queries import ask_until, left_to_return, returns_of
from store_client import NewReturn
from worker_bell import Topic as Wake


class CannotReturn(Exception):
    """The books cannot be sent back, or not so many; the text is for the customer."""


def return_number(order: Order, key: UUID) -> UUID:
    """A form sent twice is one return, and no form can name the return of another's order."""
    return uuid5(order.number, f"return {key}")


def ask(order: Order, *, wanted: Mapping[int, int], why: str, words: str, key: UUID, now: datetime) -> Return:
    """This function will ask the warehouse to take copies back. Repeating a form's key answers the return it made.

    :param wanted: how many copies of each line, by its position.
    :param key: made with the form.
    :raises CannotReturn: nothing is kept then.
    """
    number = return_number(order, key)
    with transaction.atomic(durable=True):
        order = Order.objects.select_for_update().get(pk=order.pk)
        if made := Return.objects.filter(pk=number).first():
            return made
        copies = {position: copies for position, copies in wanted.items() if copies}
        _refuse_unless_possible(order, copies, now=now)
        found = Return(number=number, order=order, state=State.ASKED, why=why, words=words, asked_at=now)
        found.save(force_insert=True)
        lines = [line for line in order.lines.order_by("position") if line.position in copies]
        ReturnLine.objects.bulk_create(
            ReturnLine(of=found, line=line, quantity=copies[line.position]) for line in lines
        )
        body = NewReturn(order.number, why, words, now, copies).body()
        OutboxMessage.write(topic=Topic.RETURN_ASKED, key=str(number), body=body, now=now)
        letters.write(found, State.ASKED, now=now)
        ring_after_commit(Wake.OUTBOX)
        tell_after_commit()
    return found


def _refuse_unless_possible(order: Order, copies: Mapping[int, int], *, now: datetime) -> None:
    until = ask_until(order)
    if until is None:
        raise CannotReturn("Books can be sent back once the whole order has been sent.")
    if now >= until:
        raise CannotReturn(f"The time to send books of this order back ended on {by_clock(until, '%-d %B %Y')}.")
    if not copies:
        raise CannotReturn("Choose at least one book to send back.")
    lines = {line.position: line for line in order.lines.all()}
    left = left_to_return(lines.values(), returns_of(order))
    for position, number in copies.items():
        if not 0 < number <= left.get(position, 0):
            title = f"“{lines[position].title}”" if position in lines else "that line"
            can = counted(max(left.get(position, 0), 0), "copy", "copies")
            raise CannotReturn(f"Of {title}, {can} can be sent back: the others came back, or are on their way.")
