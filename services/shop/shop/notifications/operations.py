"""Writing letters. They are rendered in the transaction of the event they tell of and sent by the worker afterwards."""

import re
from datetime import datetime
from email.utils import parseaddr

from django.conf import settings
from django.db.models import QuerySet
from django.template.loader import render_to_string

from shop.bell import ring_after_commit
from shop.notifications import choices
from shop.notifications.models import Mail
from worker_bell import Topic

FORGOTTEN_ONCE_SENT = "goodbye"  # the kind of letter whose reader wants no trace left
ANSWERED_AT_KEY = "contact"  # the kind of letter whose answer goes to the address that is its key
GONE = "(removed)"
LONGEST_KEY = Mail._meta.get_field("key").max_length


def write_mail(
    *,
    event: str,
    kind: str,
    key: str,
    to: str,
    template: str,
    context: dict,
    now: datetime,
    reader: int | None = None,
) -> None:
    """This function will write one letter from a template; a second one for the same event is dropped.

    :param event: makes the letter unique, such as order:<number>:<version>:<kind>.
    :param key: letters with one key arrive in order.
    :param template: see compose(), also for `reader`.
    """
    letter = {"event": event, "kind": kind, "key": key, "to": to, "reader": reader}
    write_all([compose(**letter, template=template, context=context, now=now)])


def write_rendered_mail(
    *, event: str, kind: str, key: str, to: str, subject: str, text: str, html: str = "", now: datetime
) -> None:
    """This function will write a letter that somebody else has rendered."""
    write_all([rendered(event=event, kind=kind, key=key, to=to, subject=subject, text=text, html=html, now=now)])


def account_key(user: int | None, address: str) -> str:
    """The key of letters to an account itself; of one that nobody has, and of each address, they arrive in order."""
    return f"account:{user}:{address}"[:LONGEST_KEY] if user else f"account:{address}"[:LONGEST_KEY]


def compose(
    *,
    event: str,
    kind: str,
    key: str,
    to: str,
    template: str,
    context: dict,
    now: datetime,
    layout: str = "letter",
    message_id: str = "",
    reader: int | None = None,
    is_needed: bool = False,
) -> Mail:
    """This function will render a letter without saving it.

    notifications/<template>.subject.txt is the subject, notifications/<template>.lead.txt what the letter says; the
    layout puts it on paper, once as text and once as HTML.

    :param reader: whose account it goes to; None for an address without one. It is theirs to choose: see notices.py.
    :param is_needed: goes also to who does not want its kind, for what this very letter says.
    """
    lead = render_to_string(f"notifications/{template}.lead.txt", context).strip()
    stop_url = "" if is_needed else choices.stop_url(kind, choices.Reader.of(reader, to))
    paper = {**context, "lead": lead, "shop_url": settings.PUBLIC_URL, "stop_url": stop_url}
    mail = rendered(
        event=event,
        kind=kind,
        key=key,
        to=to,
        subject=render_to_string(f"notifications/{template}.subject.txt", context),
        text=render_to_string(f"notifications/{layout}.txt", paper).strip() + "\n",
        html=render_to_string(f"notifications/{layout}.html", paper),
        now=now,
        message_id=message_id,
    )
    mail.stop_url, mail.reader_id = stop_url, reader
    return mail


def rendered(*, event, kind, key, to, subject, text, html, now, message_id="") -> Mail:
    return Mail(
        event=event,
        kind=kind,
        key=key,
        message_id=f"<{message_id or re.sub(r'[^A-Za-z0-9._-]+', '-', event)}@{_our_domain()}>",
        to=to,
        subject=" ".join(subject.split())[: Mail._meta.get_field("subject").max_length],
        text=text,
        html=html,
        next_at=now,
        created_at=now,
    )


def write_all(mails: list[Mail]) -> None:
    """This function will save rendered letters in one statement, leaving out those whose event has its letter.

    One that its reader does not want is kept as such, and never sent: so that each event had its letter stays known.
    """
    choices.set_unwanted_aside(mails)
    Mail.objects.bulk_create(mails, ignore_conflicts=True)
    if any(mail.state == Mail.State.WAITING for mail in mails):
        ring_after_commit(Topic.MAIL)


def blank(mails: QuerySet[Mail]) -> None:
    """This function will take the person out of letters; that each event had its letter stays known."""
    mails.update(to="removed@bookshop.invalid", subject=GONE, text=GONE, html="", stop_url="", last_error="")


def _our_domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
