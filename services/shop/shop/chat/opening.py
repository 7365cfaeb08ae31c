"""Whether somebody is there to answer. Both are rows that are read each time: what was switched holds at once, everywhere."""

from datetime import datetime, timedelta
from enum import Enum

from django.conf import settings
from django.db.models import QuerySet

from shop.accounts.models import User
from shop.chat import rights
from shop.chat.models import Opening, Presence, Room

THERE_FOR = timedelta(seconds=45)  # after the last sign of life
SIGN_EVERY = timedelta(seconds=15)  # pages tell no more often than that


class Reach(Enum):
    """How what a shopper writes reaches us now."""

    LIVE = "Somebody of us is here and reads what you write."
    AWAY = "Nobody of us is here right now. What you write {becomes}, and the answer comes to you by e-mail too."
    CLOSED = "The chat is closed right now. What you write {becomes}, and the answer comes to you by e-mail."

    @property
    def words(self) -> str:
        """What the page says of it. There is no letter where nobody is named to whom it could go."""
        becomes = "reaches us as a letter" if settings.CONTACT_EMAIL else "waits for us here"
        return self.value.format(becomes=becomes)


def becomes() -> str:
    """What employees are told of what is written while nobody is there to read it."""
    return "becomes letters" if settings.CONTACT_EMAIL else "waits at the desk, as no address for letters is named"


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


def who_gave_a_sign(*, now: datetime) -> QuerySet:
    """Keys of users, also of those who may not answer any more."""
    return Presence.objects.filter(seen_at__gt=now - THERE_FOR).values("user")


def is_there(user: int | None, *, now: datetime) -> bool:
    return who_gave_a_sign(now=now).filter(user=user).exists()


def who_is_there(*, now: datetime) -> list[User]:
    return list(rights.employees().filter(pk__in=who_gave_a_sign(now=now)).order_by("name", "pk"))


def shopper_is_there(room: Room, *, now: datetime) -> bool:
    return room.shopper_seen_at is not None and room.shopper_seen_at > now - THERE_FOR
