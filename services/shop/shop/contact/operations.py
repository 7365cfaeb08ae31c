"""Writing to customer service, as often as a person would and no more."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from shop.accounts.models import User
from shop.bell import ring_after_commit
from shop.contact.models import Message
from shop.networks import network_of
from shop.notifications.operations import ANSWERED_AT_KEY, write_mail
from worker_bell import Topic

HOUR = timedelta(hours=1)
MOST_PER_HOUR = {"email": 5, "network": 10}
MOST_FROM_EVERYBODY = 300  # an hour: more than that is no customers
LOCK = 0x636F6E74  # any number that no other advisory lock of ours has
V4_PREFIX = 24  # neighbours share one limit


@dataclass(frozen=True)
class Note:
    """What somebody wrote. `copy_to` is an address that the shop knows to be the writer's own; empty for none."""

    key: UUID
    name: str
    email: str
    about: str
    text: str
    copy_to: str = ""


class TooMany(Exception):
    """There were as many messages within the hour as we take; the text is for the writer."""


def write(note: Note, *, writer: User | None, ip: str, now: datetime) -> Message:
    """This function will keep a message and have it mailed to customer service. The same form sent again is one message.

    :raises TooMany: nothing is kept then.
    """
    network = network_of(ip, v4_prefix=V4_PREFIX)
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:  # one after the other, or many at once would all count before any is kept
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        if there := Message.objects.filter(key=note.key).first():
            return there
        _refuse_floods(email=note.email, network=network, now=now)
        message = Message.objects.create(
            key=note.key,
            user=writer,
            name=note.name,
            email=note.email,
            about=note.about,
            text=note.text,
            network=network,
            at=now,
        )
        _tell(message, note.copy_to, now=now)
    return message


def done_with(messages, *, who: User, now: datetime) -> int:
    """This function will mark messages as dealt with; how many were not yet."""
    return messages.filter(done_at=None).update(done_at=now, done_by=who.email)


def forget(user: User) -> None:
    """This function will remove what a person wrote who leaves; part of the leaving's own transaction."""
    Message.objects.filter(user=user).delete()
    Message.objects.filter(email=user.email).delete()


def _refuse_floods(*, email: str, network: str, now: datetime) -> None:
    lately = Message.objects.filter(at__gt=now - HOUR)
    for name, value in (("email", email), ("network", network)):
        if lately.filter(**{name: value}).count() >= MOST_PER_HOUR[name]:
            raise TooMany("You wrote to us several times within the last hour. Please write again a little later.")
    if lately.count() >= MOST_FROM_EVERYBODY:
        raise TooMany("Very many messages reach us right now. Please write again a little later.")


def _tell(message: Message, copy_to: str, *, now: datetime) -> None:
    context = {"message": message}
    if settings.CONTACT_EMAIL:
        write_mail(
            event=f"contact:{message.key}",
            kind=ANSWERED_AT_KEY,
            key=message.email,
            to=settings.CONTACT_EMAIL,
            template="contact",
            context=context,
            now=now,
        )
    if copy_to:
        write_mail(
            event=f"contact:{message.key}:copy",
            kind="contact_copy",
            key=message.email,
            to=copy_to,
            template="contact_copy",
            context=context,
            now=now,
        )
    ring_after_commit(Topic.MAIL)
