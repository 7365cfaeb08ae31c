"""What people choose to hear of: read where letters are written, and kept by who writes to us for it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db.models import Q

from shop.accounts.models import User
from shop.notifications.models import Choice, Mail
from shop.notifications.notices import TOPICS, topic_of
from shop.sealing import seal, unseal

LINK = b"letters that are not wanted"


@dataclass(frozen=True)
class Reader:
    """Who chooses: an account, or an address without one."""

    user: int | None
    address: str = ""

    @classmethod
    def of(cls, user: int | None, address: str) -> "Reader":
        return cls(user) if user else cls(None, address.lower())


def stop_url(kind: str, reader: Reader) -> str:
    """Where a letter's reader can do without its kind; empty for one that always goes.

    It names the person to nobody: whoever holds it can choose in this one topic, and see or do nothing else.
    """
    topic = topic_of(kind)
    if not topic:
        return ""
    sealed = seal(f"{topic} {reader.user or ''} {reader.address}", purpose=LINK)
    return f"{settings.PUBLIC_URL}/letters/stop/{sealed}/"


def read_link(sealed: str) -> tuple[str, Reader] | None:
    """This function will answer the topic and the person of a link; None for what is none of ours, or who has left.

    What a guest was sent counts for the account that has shown since that the address is its own.
    """
    topic, _, who = unseal(sealed, purpose=LINK).partition(" ")
    user, _, address = who.partition(" ")
    if topic not in TOPICS:
        return None
    if not user:
        account = EmailAddress.objects.filter(email__iexact=address, verified=True).values_list("user", flat=True)
        return topic, Reader.of(account.first(), address)
    return (topic, Reader(int(user))) if User.objects.filter(pk=user).exists() else None


def is_wanted(topic: str, reader: Reader) -> bool:
    chosen = _of(reader).filter(topic=topic).values_list("wanted", flat=True).first()
    return TOPICS[topic].wanted if chosen is None else chosen


def wanted_by(user: User) -> set[str]:
    """The topics that an account wants to hear of."""
    chosen = dict(_of(Reader(user.pk)).values_list("topic", "wanted"))
    return {slug for slug, topic in TOPICS.items() if chosen.get(slug, topic.wanted)}


def who_wants(topic: str, users: Iterable[User]) -> list[User]:
    """Those of these accounts that want to hear of a topic, by one statement."""
    chosen = dict(
        Choice.objects.filter(topic=topic, user__in=[user.pk for user in users]).values_list("user", "wanted")
    )
    return [user for user in users if chosen.get(user.pk, TOPICS[topic].wanted)]


def choose(reader: Reader, wanted: dict[str, bool], *, now: datetime) -> None:
    """This function will keep what somebody chooses, by topic. It counts for letters that are written from now on."""
    for topic, yes in wanted.items():
        Choice.objects.update_or_create(
            user_id=reader.user, address=reader.address, topic=topic, defaults={"wanted": yes, "at": now}
        )


def claim(user: User, *, addresses: Collection[str]) -> None:
    """This function will give an account what was chosen as a guest by its confirmed addresses; its own choices count."""
    mine = Choice.objects.filter(user=None, address__in=[address.lower() for address in addresses])
    own = set(_of(Reader(user.pk)).values_list("topic", flat=True))
    for choice in mine.order_by("-at"):
        if choice.topic not in own:
            own.add(choice.topic)
            Choice.objects.filter(pk=choice.pk).update(user=user, address="")
    mine.delete()


def forget(addresses: Collection[str]) -> None:
    """Step: nothing is left of what a person who leaves chose as a guest; what the account chose goes with it."""
    Choice.objects.filter(user=None, address__in=[address.lower() for address in addresses]).delete()


def set_unwanted_aside(mails: Iterable[Mail]) -> None:
    """Step: mark those letters as not wanted whose readers have said so, by one statement for all that may be chosen."""
    optional = [(mail, Reader.of(mail.reader_id, mail.to)) for mail in mails if mail.stop_url]
    if not optional:
        return
    asked = Q(user__in={reader.user for _, reader in optional if reader.user})
    asked |= Q(user=None, address__in={reader.address for _, reader in optional if not reader.user})
    unwanted = set(Choice.objects.filter(asked, wanted=False).values_list("user", "address", "topic"))
    for mail, reader in optional:
        if (reader.user, reader.address, topic_of(mail.kind)) in unwanted:
            mail.state, mail.done_at = Mail.State.NOT_WANTED, mail.created_at


def _of(reader: Reader):
    return Choice.objects.filter(user=reader.user, address=reader.address)
