"""What a talk sends by mail: what one side has not read, once, and the whole talk for the shopper who asks for it.

Messages written one after the other are one run, and go in one letter: when nothing more came for limits.LULL, or the run
has lasted for limits.LONGEST_RUN. The talk notes up to which message letters have gone (`mailed_to_…`) in the transaction
that writes the letter, so that no message is in two letters, whoever looks at the same time.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from shop.chat import limits, opening
from shop.chat.models import Message, Room, Side
from shop.chat.operations import locked
from shop.clock import Clock
from shop.contact.operations import tell_customer_service
from shop.notifications.models import Mail
from shop.notifications.operations import write_mail

ANSWERS, TRANSCRIPT = "chat_answers", "chat_transcript"
MOST_TRANSCRIPTS, WITHIN = 5, timedelta(days=1)
LOOK_AGAIN = timedelta(seconds=30)
MOST_IN_A_TRANSCRIPT = 1000
RUN_FOR = timedelta(seconds=8)


class NoTranscript(Exception):
    """The talk is not mailed; the text is for the shopper."""


def write_due(clock: Clock, *, run_for: timedelta = RUN_FOR) -> int:
    """This function will write every letter that is due, to shoppers who are not there and to customer service.

    :returns: how many.
    """
    ends, written = clock() + run_for, 0
    for field, write in (("shopper_letter_at", _to_shopper), ("staff_letter_at", _to_service)):
        while clock() < ends and (done := _next(field, write, now=clock())) is not None:
            written += done
    return written


def _next(field: str, write: Callable, *, now: datetime) -> int | None:
    """One talk whose time has come; None if there is none. Of several at once each gets another."""
    with transaction.atomic(durable=True):
        due = Room.objects.filter(**{f"{field}__lte": now}).order_by(field)
        room = due.select_for_update(skip_locked=True).first()
        if room is None:
            return None
        again, number = write(room, now=now)
        setattr(room, field, again)
        room.save(update_fields=[field, "mailed_to_shopper", "mailed_to_staff"])
    return number


def _to_shopper(room: Room, *, now: datetime) -> tuple[datetime | None, int]:
    """:returns: when to look again, if at all, and how many letters were written."""
    run = _unread(room, Side.STAFF, after=max(room.read_by_shopper, room.mailed_to_shopper))
    if not run or not room.address:
        return None, 0
    if opening.is_open() and opening.shopper_is_there(room, now=now):
        return now + LOOK_AGAIN, 0
    if later := _not_yet(run, now=now):
        return later, 0
    write_mail(
        event=f"chat:{room.number}:answers:{run[-1].position}",
        kind=ANSWERS,
        key=str(room.number),
        to=room.address,
        template=ANSWERS,
        context={"room": room, "run": run},
        now=now,
    )
    room.mailed_to_shopper = run[-1].position
    return None, 1


def _to_service(room: Room, *, now: datetime) -> tuple[datetime | None, int]:
    run = _unread(room, Side.SHOPPER, after=max(room.read_by_staff, room.mailed_to_staff))
    if not run:
        return None, 0
    if later := _not_yet(run, now=now):
        return later, 0
    is_written = tell_customer_service(
        event=f"chat:{room.number}:service:{run[-1].position}",
        writer=room.address,
        template="chat_service",
        context={"room": room, "run": run, "desk": settings.PUBLIC_URL},
        now=now,
    )
    if is_written:
        room.mailed_to_staff = run[-1].position
    return None, int(is_written)


def _unread(room: Room, side: Side, *, after: int) -> list[Message]:
    return list(room.messages.filter(side=side, position__gt=after).order_by("position"))


def _not_yet(run: list[Message], *, now: datetime) -> datetime | None:
    """When the run will be over, if it is not."""
    over = min(run[-1].at + limits.LULL, run[0].at + limits.LONGEST_RUN)
    return over if over > now else None


def transcript(number: UUID, *, now: datetime) -> str:
    """This function will mail the whole talk to its shopper. Asked for again with nothing new in it, it is one letter.

    Nothing goes to an address before an employee has answered: nobody can have what they wrote mailed to strangers.

    :returns: the address.
    :raises NoTranscript:
    """
    with transaction.atomic(durable=True):
        room = locked(number)
        said = list(room.messages.order_by("-position")[:MOST_IN_A_TRANSCRIPT])[::-1]
        if not any(message.side == Side.STAFF for message in said):
            raise NoTranscript("You can have the talk by e-mail once we have answered.")
        lately = Mail.objects.filter(key=str(number), kind=TRANSCRIPT, created_at__gt=now - WITHIN)
        if lately.count() >= MOST_TRANSCRIPTS:
            raise NoTranscript("It was mailed to you several times today. Please ask for it again tomorrow.")
        write_mail(
            event=f"chat:{number}:transcript:{room.last}",
            kind=TRANSCRIPT,
            key=str(number),
            to=room.address,
            template=TRANSCRIPT,
            context={"room": room, "said": said},
            now=now,
        )
    return room.address
