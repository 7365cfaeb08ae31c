"""Whether somebody is there to answer. Both are rows that are read each time: what was switched holds at once, everywhere."""

from datetime import datetime, timedelta
from enum import Enum

from shop.accounts.models import User
from shop.chat import rights
from shop.chat.models import Opening, Presence, Room

THERE_FOR = timedelta(seconds=45)  # after the last sign of life
SIGN_EVERY = timedelta(seconds=15)  # pages tell no more often than that


class Reach(Enum):
    """How what a shopper writes reaches us now, and what the page says of it."""

    LIVE = "Somebody of us is here and reads what you write."
    AWAY = "Nobody of us is here right now. What you write reaches us as a letter, and the answer comes to you by e-mail too."
    CLOSED = (
        "The chat is closed right now. What you write reaches us as a letter, and the answer comes to you by e-mail."
    )


def reach(*, now: datetime) -> Reach:
    if not is_open():
        return Reach.CLOSED
    return Reach.LIVE if somebody_is_there(now=now) else Reach.AWAY


def is_open() -> bool:
    opening = Opening.objects.first()
    return opening is None or opening.is_open


def switch(*, to_open: bool, by: User, now: datetime) -> None:
    """This function will open or close the chat for the whole site. What is written meanwhile becomes letters."""
    row = {"is_open": to_open, "changed_at": now, "changed_by": by.email}
    Opening.objects.update_or_create(key=True, defaults=row)


def here(user: User, *, now: datetime) -> None:
    """This function will note that an employee has the desk open; to be called at least every SIGN_EVERY while it is."""
    Presence.objects.update_or_create(user=user, defaults={"seen_at": now})


def gone(user: User) -> None:
    """This function will note that an employee has left the desk; without it, THERE_FOR decides."""
    Presence.objects.filter(user=user).delete()


def somebody_is_there(*, now: datetime) -> bool:
    """Who may not answer any more is not there."""
    return rights.any_employee("SELECT user_id FROM chat_presence WHERE seen_at > %s", now - THERE_FOR)


def who_is_there(*, now: datetime) -> list[User]:
    there = Presence.objects.filter(seen_at__gt=now - THERE_FOR).values("user")
    return list(rights.employees().filter(pk__in=there).order_by("name", "pk"))


def shopper_is_there(room: Room, *, now: datetime) -> bool:
    return room.shopper_seen_at is not None and room.shopper_seen_at > now - THERE_FOR
