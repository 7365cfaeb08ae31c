"""Writing to customer service, as often as a person would and no more."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet

from shop.accounts.models import User
from shop.bell import ring_after_commit
from shop.contact.models import Message
from shop.networks import network_of
from shop.notifications.models import Mail
from shop.notifications.operations import ANSWERED_AT_KEY, write_mail
from worker_bell import Topic

HOUR = timedelta(hours=1)
MOST_PER_HOUR = {"email": 5, "network": 10}
MOST_FROM_EVERYBODY = 300  # an hour: more than that is no customers
LOCK = 0x636F6E74  # any number that no other advisory lock of ours has
UNANSWERED = "contact_by_hand"
LONGEST_KEY = Mail._meta.get_field("key").max_length
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
        take_turns()
        if there := Message.objects.filter(key=note.key).first():
            return there
        refuse_floods(Message.objects.filter(at__gt=now - HOUR), email=note.email, network=network)
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


def forget(user: User, *, addresses: Collection[str]) -> None:
    """This function will remove what a person wrote who leaves; part of the leaving's own transaction."""
    Message.objects.filter(Q(user=user) | Q(email__in=addresses)).delete()


def take_turns() -> None:
    """One after the other, or many at once would all count before any is kept."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def refuse_floods(lately: QuerySet, *, email: str, network: str) -> None:
    """This function will refuse what comes too often; to be asked by who has taken their turn.

    :param lately: what came within the last HOUR, with an `email` and a `network`.
    :raises TooMany:
    """
    for name, value in (("email", email), ("network", network)):
        if lately.filter(**{name: value}).count() >= MOST_PER_HOUR[name]:
            raise TooMany("You wrote to us several times within the last hour. Please write again a little later.")
    if lately.count() >= MOST_FROM_EVERYBODY:
        raise TooMany("Very many messages reach us right now. Please write again a little later.")


def tell_customer_service(*, event: str, writer: str, template: str, context: dict, now: datetime) -> bool:
    """This function will write a letter to customer service that is answered to its writer; False if nobody is named
    whom it could be mailed to.

    :param writer: the e-mail address to answer to. One too long for a key stands in the letter alone.
    """
    if not settings.CONTACT_EMAIL:
        return False
    write_mail(
        event=event,
        kind=ANSWERED_AT_KEY if len(writer) <= LONGEST_KEY else UNANSWERED,
        key=writer[:LONGEST_KEY],
        to=settings.CONTACT_EMAIL,
        template=template,
        context=context,
        now=now,
    )
    return True


def _tell(message: Message, copy_to: str, *, now: datetime) -> None:
    context = {"message": message}
    event = f"contact:{message.key}"
    tell_customer_service(event=event, writer=message.email, template="contact", context=context, now=now)
    if copy_to:
        write_mail(
            event=f"{event}:copy",
            kind="contact_copy",
            key=message.email,
            to=copy_to,
            template="contact_copy",
            context=context,
            now=now,
        )
    ring_after_commit(Topic.MAIL)
