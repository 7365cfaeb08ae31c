"""Copies go from shelf to shelf by scan."""

from datetime import datetime

from django.db import transaction

from store.orders.codes import Code
from store.shelves.finding import Refused, copy_labelled, locked, story_of
from store.stock.models import ON_A_SHELF, CopyState
from store.stock.operations import note_copies, shelve_copies


class ThereAlready(Refused):
    """The copy stands where it shall go."""


def put_on_shelf(*, code: Code, shelf: str, actor: str, now: datetime) -> str:
    """Note that the copy with this label stands on the shelf now; answer what was done. A missing copy is found by it.

    :raises Refused: if it stands on no shelf, or there already. Nothing is changed then.
    """
    with transaction.atomic(durable=True):
        copy = locked(copy_labelled(code))
        was = copy.shelf
        if copy.state == CopyState.MISSING:
            note_copies([copy], CopyState.AVAILABLE, actor=actor, now=now, shelf=shelf)
            return f"Copy {copy.barcode} of “{copy.book}” was missing and is found: it is on shelf {shelf}."
        if copy.state not in ON_A_SHELF:
            raise Refused(story_of(copy))
        if was == shelf:
            raise ThereAlready(f"Copy {copy.barcode} of “{copy.book}” is on shelf {shelf} already.")
        shelve_copies([copy], shelf, actor=actor, now=now)
    return f"Copy {copy.barcode} of “{copy.book}” is on shelf {shelf} now{f', not on {was}' if was else ''}."
