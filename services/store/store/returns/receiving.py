"""Copies that come back, found by their label: each is taken in once, for the return that expects it."""

from datetime import datetime
from typing import NamedTuple
from uuid import uuid4

from django.db import transaction

from store.orders.models import Allocation, Order, OrderLine
from store.returns import accepting
from store.returns.models import EXPECTING, Return, ReturnedCopy, ReturnLine, ReturnState, Why
from store.returns.operations import ReturnRefused, locked, record
from store.shelves.finding import story_of
from store.stock.models import BookItem, CopyState, Reason
from store.stock.operations import lock_copies, lock_levels, move_copies


class NotExpected(ReturnRefused):
    """The copy was sent to a customer, and no approved return of its order waits for it."""


class HereAlready(ReturnRefused):
    """The copy has come back, and waits for somebody to look at it."""


class Seen(NamedTuple):
    """What is known of a copy that was scanned.

    :ivar sent_for: the line of the order that it was sent for; None if it is not with a customer.
    :ivar asked: a return of that line that nobody has decided upon yet.
    :ivar here: it came back and waits for a look.
    """

    copy: BookItem
    story: str
    sent_for: OrderLine | None = None
    asked: Return | None = None
    here: ReturnedCopy | None = None


def look_at(copy: BookItem) -> Seen:
    """This function will tell a copy's story, and what could be done with it. Nothing is changed."""
    line = _sent_for(copy.id)
    asked = Return.objects.filter(lines__line=line, state=ReturnState.ASKED).order_by("id").first() if line else None
    here = ReturnedCopy.objects.filter(copy=copy, outcome="").select_related("line__of__order", "line__line").first()
    return Seen(copy, story_of(copy), line, asked, here)


def receive(*, copy_id: int, actor: str, now: datetime) -> ReturnedCopy:
    """Take a copy in for the return that has waited longest for it.

    :raises NotExpected: if no return does. It was sent to a customer; see make_for().
    :raises HereAlready: also for the second of two who scan it at the same moment.
    :raises ReturnRefused: if it is not with a customer at all; the text is its story.
    """
    with transaction.atomic(durable=True):
        line = _locked_line(copy_id)
        waiting = [one for one in expecting(line) if one.expected > 0]
        if not waiting:
            raise NotExpected(f"No approved return of order {line.order.reference} waits for this copy.")
        return take_in(waiting[0], copy_id, actor=actor, now=now)


def make_for(*, copy_id: int, actor: str, now: datetime) -> ReturnedCopy:
    """Take in a copy that came back unasked, by a return of its own that is approved with it.

    :raises ReturnRefused: if a return of its line is asked for or expected, which it then belongs to, or its order is
        still being packed. HereAlready is such.
    """
    with transaction.atomic(durable=True):
        line = _locked_line(copy_id)
        if accepting.still_with_customer(line.order)[line.id] < 1:
            raise ReturnRefused(f"There is a return for this copy of order {line.order.reference}: decide on that one.")
        facts = {"number": uuid4(), "state": ReturnState.APPROVED, "why": Why.UNASKED, "asked_at": now}
        made = accepting.write(line.order, [(line, 1)], client=line.order.client, actor=actor, now=now, **facts)
        return take_in(made.lines.counted().get(), copy_id, actor=actor, now=now)


def _locked_line(copy_id: int) -> OrderLine:
    """Step: the line that the copy was sent for; its order is ours until the transaction ends."""
    if line := _sent_for(copy_id):
        Order.objects.select_for_update().get(pk=line.order_id)
        # A second look, since whoever held the order before may have taken the copy in.
        line = _sent_for(copy_id)
    if line is None:
        _refuse(copy_id)
    refuse_if_open(line.order)
    return line


def refuse_if_open(order: Order) -> None:
    """Step: see that nothing of the locked order is still to be sent.

    :raises ReturnRefused:
    """
    if order.is_open:
        raise ReturnRefused(
            f"Order {order.reference} is still being packed: take its copies back once the rest has been sent or failed."
        )


def _refuse(copy_id: int) -> None:
    seen = look_at(BookItem.objects.select_related("book").get(pk=copy_id))
    if seen.here:
        raise HereAlready(f"Copy {seen.copy.barcode} is here already, for return {seen.here.line.of.reference}.")
    raise ReturnRefused(f"{seen.story} It is not with a customer.")


def _sent_for(copy_id: int) -> OrderLine | None:
    found = accepting.with_customers().filter(copy=copy_id).select_related("line__order").first()
    return found and found.line


def expecting(line: OrderLine) -> list[ReturnLine]:
    """The lines of approved returns of this line of an order, that asked for first to begin with."""
    lines = ReturnLine.objects.filter(line=line, of__state__in=EXPECTING)
    return list(lines.counted().order_by("of__asked_at", "of_id"))


def take_in(line: ReturnLine, copy_id: int, *, actor: str, now: datetime, why: str = "") -> ReturnedCopy:
    """Step: the copy is back, which its order's box keeps in mind, and waits for a look.

    :param why: what the ledger is to say beside the return.
    """
    found = locked(line.of_id)
    lock_levels([line.line.book_id])
    copies = lock_copies([copy_id])
    told = {"actor": actor, "now": now, "order_number": found.order.number}
    note = f"return {found.reference}" + (f": {why}" if why else "")
    move_copies(copies, CopyState.RETURNED, reason=Reason.RETURNED, note=note, **told)
    Allocation.objects.filter(copy=copy_id, released_at__isnull=True, returned_at__isnull=True).update(returned_at=now)
    taken = ReturnedCopy.objects.create(line=line, copy=copies[0], received_at=now, receiver=actor)
    if found.state != ReturnState.RECEIVED:
        found.move_to(ReturnState.RECEIVED)
    record(found, actor=actor, now=now)
    return taken
