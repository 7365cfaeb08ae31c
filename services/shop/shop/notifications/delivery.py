"""From the mail table to the mail server."""

import logging
import smtplib
from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime
from hashlib import sha256

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend

from shop.clock import Clock
from shop.notifications.models import Mail
from shop.notifications.operations import ANSWERED_AT_KEY, FORGOTTEN_ONCE_SENT, blank

log = logging.getLogger(__name__)

RUN_FOR = timedelta(seconds=8)  # a dead mail server can cost another 10 s, and the task's soft limit is 20 s
ENOUGH_FAILURES = 3
# A server that wants a log-in refuses us and not the letter.
PERMANENT = frozenset(range(500, 600)) - {530, 534, 535, 538}


class Unreachable(Exception):
    """The mail server did not take the letter this time."""


class NotTaken(Exception):
    """The mail server will never take this letter."""


class Letter(EmailMultiAlternatives):
    """The same bytes at every attempt: the parts' boundary comes from the letter, not from chance."""

    def message(self):
        message = super().message()
        if message.is_multipart():
            message.set_boundary("=_" + sha256(self.extra_headers["Message-ID"].encode()).hexdigest()[:32])
        return message


@dataclass
class Posted:
    """What one run came to."""

    sent: int = 0
    refused: int = 0
    postponed: int = 0

    def __str__(self) -> str:
        return f"{self.sent} sent, {self.refused} refused, {self.postponed} to be tried again"


def send_due_mail(connection: BaseEmailBackend, clock: Clock, *, run_for: timedelta = RUN_FOR) -> Posted:
    """This function will send every due letter over one connection. No transaction is open while we talk.

    A process killed between the server's "250" and our note of it sends that letter twice, under one Message-ID; the
    other way round it would be lost.
    """
    done, failures, ends = Posted(), 0, clock() + run_for
    try:
        while failures < ENOUGH_FAILURES and clock() < ends and (mail := Mail.claim_next(now=clock())):
            try:
                _send(connection, mail)
            except Unreachable as error:
                failures += 1
                done.postponed += 1
                log.warning("Letter %s waits, attempt %s: %s", mail.event, mail.attempts, error)
                mail.retry_later(error=str(error), now=clock())
                continue
            except NotTaken as error:
                done.refused += 1
                log.warning("Letter %s was refused: %s", mail.event, error)
                mail.refuse(error=str(error), now=clock())
            else:
                done.sent += 1
                mail.mark_sent(now=clock())
                if mail.kind == FORGOTTEN_ONCE_SENT:
                    blank(Mail.objects.filter(pk=mail.pk))
            failures = 0
    finally:
        _hang_up(connection)
    return done


def letter_of(mail: Mail) -> Letter:
    headers = {
        "Message-ID": mail.message_id,
        "Date": format_datetime(mail.created_at),
        "Auto-Submitted": "auto-generated",
    }
    if mail.stop_url:  # RFC 2369, and RFC 8058 for one press
        headers |= {"List-Unsubscribe": f"<{mail.stop_url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    letter = Letter(mail.subject, mail.text, settings.DEFAULT_FROM_EMAIL, [mail.to], headers=headers)
    # Who answers a letter reaches people, where there are any.
    answered_at = mail.key if mail.kind == ANSWERED_AT_KEY else settings.CONTACT_EMAIL
    letter.reply_to = [answered_at] if answered_at and answered_at != mail.to else []
    if mail.html:
        letter.attach_alternative(mail.html, "text/html")
    return letter


def _send(connection: BaseEmailBackend, mail: Mail) -> None:
    """:raises Unreachable, NotTaken: the latter only if the server refused this very letter for good."""
    try:
        connection.open()
    except (smtplib.SMTPException, OSError) as error:
        raise Unreachable(f"The mail server cannot be used: {error}") from error
    try:
        connection.send_messages([letter_of(mail)])
    except (smtplib.SMTPException, OSError) as error:
        _hang_up(connection)
        kind = NotTaken if _code_of(error) in PERMANENT else Unreachable
        raise kind(f"{type(error).__name__}: {error}") from error
    except (ValueError, UnicodeError) as error:  # an address or a header that cannot be written down
        raise NotTaken(f"The letter cannot be written: {error}") from error


def _code_of(error: Exception) -> int:
    """The server's answer to this letter; 0 if it gave none."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return min(code for code, _ in error.recipients.values())
    return error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else 0


def _hang_up(connection: BaseEmailBackend) -> None:
    try:
        connection.close()
    except (smtplib.SMTPException, OSError) as error:
        log.info("The mail server hung up first: %s", error)
