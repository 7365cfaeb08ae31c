"""What shoppers do in a talk, and what both sides do alike. Employees: answering.py.

Everything that writes takes the lock of the room first and ends with `leave`, so that messages are numbered as they are
committed. A client makes an id for each message and keeps it while it tries again: the same id is the same message. That
somebody types is never stored.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from shop.accounts.models import User
from shop.chat import limits, news, opening
from shop.chat.models import Message, Room, Side
from shop.chat.queries import MAILED_TO, READ_BY, began_with, talk_about
from shop.chat.states import State
from shop.contact.operations import HOUR, refuse_floods, take_turns
from shop.orders.models import Order


@dataclass(frozen=True)
class Beginning:
    """With what a shopper begins a talk.

    :ivar key: made with the form.
    :ivar email: where letters go if there is neither an account nor an order.
    :ivar network: of shop.networks, to count by.
    """

    key: UUID
    user: User | None
    order: Order | None
    name: str
    email: str
    text: str
    network: str


class NotYours(Exception):
    """This key has begun a talk of somebody else; the text is for the shopper."""


def begin(it: Beginning, *, now: datetime) -> Room:
    """This function will begin a talk. The same form sent again is one talk; about an order that has one, it goes on there.

    :raises limits.NotTaken: see its kinds; nothing is kept then.
    :raises shop.contact.operations.TooMany: as often as the contact page takes messages.
    :raises NotYours:
    """
    text = limits.readable(it.text)
    with transaction.atomic(durable=True):
        take_turns()
        room = talk_about(it.order) if it.order else began_with(it.key, it.user)
        room = locked((room or _new(it, now=now)).number)
        _say(room, text, client_id=it.key, now=now)
    return room


def _new(it: Beginning, *, now: datetime) -> Room:
    if Room.objects.filter(key=it.key).exists():
        raise NotYours("Please load the page again, and send your message once more.")
    lately = Room.objects.filter(opened_at__gt=now - HOUR)
    refuse_floods(lately, email=it.email, network=it.network)
    return Room.objects.create(
        key=it.key,
        user=it.user if it.order is None else None,  # a talk about an order is its owner's, whoever that comes to be
        order=it.order,
        name=it.name,
        email=it.email,
        network=it.network,
        opened_at=now,
        last_at=now,
    )


def say(number: UUID, *, text: str, client_id: UUID, now: datetime) -> Message:
    """This function will take a shopper's message into a talk, which opens again if it was closed.

    :param number: of a talk that the shopper may see (queries.talk_of), asked for at this very message.
    :raises limits.NotTaken: see its kinds; nothing is kept then.
    """
    text = limits.readable(text)
    with transaction.atomic(durable=True):
        return _say(locked(number), text, client_id=client_id, now=now)


def end(number: UUID, *, now: datetime) -> None:
    """This function will close a talk for its shopper; doing it again is harmless."""
    with transaction.atomic(durable=True):
        room = locked(number)
        if not room.is_closed:
            room.move_to(State.CLOSED, at=now)  # what nobody has read becomes a letter all the same
            note(room, "The talk was ended by the shopper.", now=now)
            leave(room)


def read(number: UUID, *, upto: int) -> None:
    """This function will note up to which message the shopper has read; it never goes back."""
    with transaction.atomic(durable=True):
        room = locked(number)
        if mark_read(room, Side.SHOPPER, upto=what_counts(room, Side.SHOPPER, upto)):
            leave(room)


def seen(number: UUID, *, now: datetime) -> None:
    """This function will note that the shopper has the talk open; to be called at least every opening.SIGN_EVERY."""
    Room.objects.filter(number=number).update(shopper_seen_at=now)


def locked(number: UUID) -> Room:
    """The talk with its lock, within a transaction; messages are added, and moves made, under it alone.

    :raises Room.DoesNotExist: if it was removed meanwhile.
    """
    return Room.objects.select_related("order").select_for_update(of=("self",)).get(number=number)


def written_before(room: Room, side: Side, client_id: UUID) -> Message | None:
    return room.messages.filter(side=side, client_id=client_id).first()


def add(room: Room, side: Side, text: str, *, client_id: UUID, now: datetime, by: User | None = None) -> Message:
    """Step: the next message of a locked talk; `leave` saves the talk."""
    room.last, room.last_at = room.last + 1, now
    return Message.objects.create(
        room=room,
        position=room.last,
        side=side,
        author=by,
        name=(called(by) or "Bookshop") if by and side == Side.STAFF else "",
        text=text,
        client_id=client_id,
        at=now,
    )


def mark_read(room: Room, side: Side, *, upto: int) -> bool:
    """Step: note it in a locked talk. Where all is read nothing is due, and no letter follows.

    :returns: whether there is anything to save.
    """
    upto, field = min(upto, room.last), READ_BY[side]
    if upto <= getattr(room, field):
        return False
    setattr(room, field, upto)
    if upto == room.last:
        setattr(room, "shopper_letter_at" if side == Side.SHOPPER else "staff_letter_at", None)
    return True


def what_counts(room: Room, side: Side, upto: int) -> int:
    """Up to where looking is reading: with the chat closed a letter was promised, and what it has not brought is unread."""
    return upto if opening.is_open() else min(upto, getattr(room, MAILED_TO[side]))


def note(room: Room, text: str, *, now: datetime) -> Message:
    """Step: a sentence of the shop itself among the messages."""
    return add(room, Side.NOTE, text, client_id=uuid4(), now=now)


def leave(room: Room) -> None:
    """Step: save the locked talk, and tell open pages after the commit."""
    room.save()
    news.tell_after_commit(room)


def called(employee: User) -> str:
    """What shoppers call an employee: never by an e-mail address; empty for one who gave no name."""
    return employee.name.partition(" ")[0]


def _say(room: Room, text: str, *, client_id: UUID, now: datetime) -> Message:
    if there := written_before(room, Side.SHOPPER, client_id):
        return there
    limits.refuse_floods(room, Side.SHOPPER, now=now)
    if room.is_closed:
        room.move_to(State.REOPENED, at=now)
    message = add(room, Side.SHOPPER, text, client_id=client_id, now=now)
    wait = limits.ANSWERED_WITHIN if opening.reach(now=now) == opening.Reach.LIVE else limits.LULL
    room.staff_letter_at = min(room.staff_letter_at or now + wait, now + wait)
    room.shopper_seen_at = now
    leave(room)
    return message
