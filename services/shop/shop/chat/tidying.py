"""Talks of people who leave, and talks that are over for long."""

from datetime import datetime

from django.conf import settings
from django.db.models import Q, QuerySet

from shop.accounts.models import User
from shop.chat.models import Room
from shop.chat.queries import closed_before

AT_ONCE = 500


def everything_of(user: User) -> QuerySet[Room]:
    """Their own, those about their orders, and what they began by their address without logging in."""
    by_address = Q(user=None, order=None, email=user.email)
    return Room.objects.filter(Q(user=user) | Q(order__user=user) | by_address)


def forget(user: User) -> list[str]:
    """This function will remove the talks of a person who leaves; part of the leaving's own transaction.

    :returns: the keys of the letters about them.
    """
    rooms = list(everything_of(user).values_list("number", flat=True))
    Room.objects.filter(pk__in=rooms).delete()
    return [str(number) for number in rooms]


def purge(*, now: datetime) -> int:
    """This function will remove what was closed longer ago than CHAT_KEEP; how many talks."""
    old = closed_before(now - settings.CHAT_KEEP).order_by("closed_at").values_list("pk", flat=True)[:AT_ONCE]
    _, removed = Room.objects.filter(pk__in=list(old)).delete()
    return removed.get(Room._meta.label, 0)
