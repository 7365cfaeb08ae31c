"""What employees do with a talk. Whoever calls has asked for the right (`rights.may_answer`) for this very call."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from shop.accounts.models import User
from shop.chat import limits
from shop.chat.models import Message, Room, Side
from shop.chat.operations import add, called, leave, locked, mark_read, note, what_counts, written_before
from shop.chat.states import State


class Taken(Exception):
    """Somebody else has the talk; the text is for the employee."""

    def __init__(self, by: User | None):
        super().__init__(f"{by or 'Somebody else'} has this talk. Take it over first, if you mean to go on with it.")


def is_anothers(room: Room, employee: User) -> bool:
    return room.state == State.ACTIVE and room.taken_by_id not in (None, employee.pk)


def take(number: UUID, *, by: User, over: int | None = None, now: datetime) -> None:
    """This function will let an employee have a talk that waits; doing it again is harmless. Of two at once one has it.

    :param over: the key of the employee from whom it is taken over, as the page showed it.
    :raises Taken: if another one has it.
    :raises IllegalMove: of a closed one.
    """
    with transaction.atomic(durable=True):
        room = locked(number)
        if _has(by, room, over=over):
            return
        _take(room, by, now=now)
        leave(room)


def read(number: UUID, *, by: User, upto: int) -> None:
    """This function will note up to which message an employee has read; it never goes back.

    While another one has the talk, a look at it is no reading: who wrote still waits for an answer.
    """
    with transaction.atomic(durable=True):
        room = locked(number)
        if is_anothers(room, by):
            return
        if mark_read(room, Side.STAFF, upto=what_counts(room, Side.STAFF, upto)):
            leave(room)


def answer(number: UUID, *, by: User, text: str, client_id: UUID, now: datetime, upto: int = 0) -> Message:
    """This function will write an employee's message. One that waits is taken with it, a closed one opened again.

    :param upto: what they had before their eyes when they answered. It is answered, also where a letter was promised.
    :raises Taken: if another one has it.
    :raises limits.NotTaken: see its kinds; nothing is kept then.
    """
    text = limits.readable(text)
    with transaction.atomic(durable=True):
        room = locked(number)
        if there := written_before(room, Side.STAFF, client_id):
            return there
        has_it = _has(by, room)
        limits.refuse_floods(room, Side.STAFF, now=now)
        if not has_it:
            if room.is_closed:
                room.move_to(State.REOPENED, at=now)
            _take(room, by, now=now)
        mark_read(room, Side.STAFF, upto=upto)
        message = add(room, Side.STAFF, text, client_id=client_id, now=now, by=by)
        room.shopper_letter_at = room.shopper_letter_at or now + limits.LULL
        leave(room)
    return message


def close(number: UUID, *, by: User, now: datetime) -> None:
    """This function will close a talk; doing it again is harmless. What the shopper has not read still reaches them.

    :raises Taken: if another one has it.
    """
    with transaction.atomic(durable=True):
        room = locked(number)
        if room.is_closed:
            return
        _has(by, room)
        room.move_to(State.CLOSED, at=now)
        room.staff_letter_at = None
        note(room, f"{_somebody(by)} closed the talk. Write here if there is more: it opens again.", now=now)
        leave(room)


def reopen(number: UUID, *, by: User, now: datetime) -> None:
    """This function will open a closed talk again for the employee who does so."""
    with transaction.atomic(durable=True):
        room = locked(number)
        if not room.is_closed:
            return
        room.move_to(State.REOPENED, at=now)
        _take(room, by, now=now)
        leave(room)


def _has(by: User, room: Room, *, over: int | None = None) -> bool:
    """:raises Taken: if another one has it, than who is named by `over`."""
    if room.state != State.ACTIVE or room.taken_by_id is None:
        return False
    if room.taken_by_id not in (by.pk, over):
        raise Taken(room.taken_by)
    return room.taken_by_id == by.pk


def _take(room: Room, by: User, *, now: datetime) -> None:
    did = "goes on with the talk" if room.state == State.ACTIVE else "is here for you"
    room.move_to(State.ACTIVE, at=now)
    room.taken_by = by
    note(room, f"{_somebody(by)} {did}.", now=now)


def _somebody(by: User) -> str:
    return called(by) or "Somebody of us"
