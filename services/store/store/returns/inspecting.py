"""The look at what came back: each copy goes on the shelf or is put away as damaged, and what did not come is noted."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from store.returns.models import Outcome, Return, ReturnedCopy, ReturnLine
from store.returns.operations import ReturnRefused, close_if_done, lines_of, locked, record
from store.stock.models import CopyState, Reason
from store.stock.operations import lock_copies, lock_levels, move_copies

BECOMES = {Outcome.RESTOCKED: CopyState.AVAILABLE, Outcome.DAMAGED: CopyState.DAMAGED}


def inspect(
    *, returned_id: int, outcome: Outcome, refund: bool, note: str = "", actor: str, now: datetime
) -> ReturnedCopy:
    """Say of a copy that came back what becomes of it, and whether its money goes back. Once: it is what the shop acts on.

    :raises ReturnRefused: if somebody has said it already.
    """
    return_id = ReturnedCopy.objects.values_list("line__of", flat=True).get(pk=returned_id)
    with transaction.atomic(durable=True):
        found = locked(return_id)
        looked = ReturnedCopy.objects.select_related("copy").get(pk=returned_id)
        if looked.outcome:
            said = looked.get_outcome_display()
            raise ReturnRefused(f"{looked.inspector} has said of copy {looked.copy.barcode} already: {said}.")
        looked.outcome, looked.refund, looked.note = outcome, refund, note
        looked.inspected_at, looked.inspector = now, actor
        looked.save()
        _move(found, looked, actor=actor, now=now)
        close_if_done(found)
        record(found, actor=actor, now=now)
    return looked


def note_instead(
    *, return_id: int, line: int, expected: int, not_ours: int = 0, missing: int = 0, actor: str, now: datetime
) -> Return:
    """Note that instead of copies of a line the parcel had something that is not ours, or nothing. No money goes back.

    :param line: the number of the order's line.
    :param expected: how many more were expected of it when somebody looked, so that a note sent twice counts once.
    :raises ReturnRefused: if fewer copies than that are expected, or not so many as were seen.
    """
    with transaction.atomic(durable=True):
        found = locked(return_id)
        wanted = next((one for one in lines_of(found) if one.line.line == line), None)
        if not found.is_expecting or wanted is None or not 0 < not_ours + missing <= wanted.expected:
            still = wanted.expected if wanted and found.is_expecting else 0
            raise ReturnRefused(f"Nothing was noted: {still} more are expected of this line.")
        if wanted.expected != expected:
            raise ReturnRefused(
                f"Nothing was noted: {wanted.expected} more are expected of this line by now. Look again."
            )
        ReturnLine.objects.filter(pk=wanted.pk).update(
            not_ours=F("not_ours") + not_ours, missing=F("missing") + missing
        )
        close_if_done(found)
        record(found, actor=actor, now=now)
    return found


def _move(found: Return, looked: ReturnedCopy, *, actor: str, now: datetime) -> None:
    lock_levels([looked.copy.book_id])
    copies = lock_copies([looked.copy_id])
    told = {"actor": actor, "now": now, "note": looked.note, "order_number": found.order.number}
    move_copies(copies, BECOMES[Outcome(looked.outcome)], reason=Reason.INSPECTED, **told)
