"""What every use case of returns needs: their locks, in one order, and writing down each move.

The locks are taken as everywhere in the warehouse (see store.stock.operations): the order, then its return, the levels
by book, the copies by id.
"""

from datetime import datetime

from django.db import transaction

from store.orders.models import Order
from store.returns.models import Return, ReturnEvent, ReturnLine, ReturnState
from store.ringing import ring_after_commit
from worker_bell import Topic

COUNTS = ("received", "restocked", "damaged", "not_ours", "missing", "refund")


class ReturnRefused(Exception):
    """What was wanted of a return cannot be; the text says why, to the person who wanted it."""


def locked(return_id: int) -> Return:
    """Step: the return, ours until the transaction ends, as is its order."""
    Order.objects.select_for_update(of=("self",)).get(returns=return_id)
    return Return.objects.select_for_update(of=("self",)).select_related("order").get(pk=return_id)


def record(found: Return, *, actor: str, now: datetime) -> None:
    """Step: save the locked return with its next version, and tell how it stands to the feed of returns."""
    found.version += 1
    found.save()
    ReturnEvent.objects.create(
        of=found,
        number=found.number,
        order_number=found.order.number,
        client=found.client,
        version=found.version,
        status=found.state,
        why=found.why,
        reason=found.reason,
        lines=[_count(line) for line in lines_of(found)],
        actor=actor,
        at=now,
    )
    ring_after_commit(Topic.RETURNS)


def lines_of(found: Return) -> list[ReturnLine]:
    """The lines of a return in the order of its order's, counted."""
    return list(found.lines.counted().select_related("line").order_by("line__line"))


def close_if_done(found: Return) -> None:
    """Step: close the locked return once nothing of it is expected, and somebody has looked at all that came."""
    if not any(line.expected or line.waiting for line in lines_of(found)):
        found.move_to(ReturnState.CLOSED)


def approve(*, return_id: int, actor: str, now: datetime) -> Return:
    """:raises store.returns.models.IllegalMove: if it is not asked for any more."""
    return _move(return_id, ReturnState.APPROVED, actor=actor, now=now)


def refuse(*, return_id: int, reason: str, actor: str, now: datetime) -> Return:
    """Refuse it, for a reason that the customer reads.

    :raises ReturnRefused: without a reason.
    :raises store.returns.models.IllegalMove: if it is not asked for any more.
    """
    if not reason.strip():
        raise ReturnRefused("Say why: the customer reads it.")
    return _move(return_id, ReturnState.REFUSED, reason=reason.strip(), actor=actor, now=now)


def note_on_the_way(*, return_id: int, actor: str, now: datetime) -> Return:
    """:raises store.returns.models.IllegalMove: unless it is approved and nothing of it has come."""
    return _move(return_id, ReturnState.ON_THE_WAY, actor=actor, now=now)


def _move(return_id: int, state: ReturnState, *, actor: str, now: datetime, reason: str = "") -> Return:
    with transaction.atomic(durable=True):
        found = locked(return_id)
        found.move_to(state)
        found.reason = reason or found.reason
        record(found, actor=actor, now=now)
    return found


def _count(line: ReturnLine) -> dict[str, int]:
    return {"line": line.line.line, "asked": line.quantity} | {name: getattr(line, name) for name in COUNTS}
