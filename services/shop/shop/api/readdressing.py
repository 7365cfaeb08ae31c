"""Another e-mail address for an account, without a browser: it counts once its code has come back.

Until then nothing is written of it, as on the pages: an address that nobody has confirmed is in nobody's way. What the pages
keep in the session stands in a sealed ticket that the program holds.
"""

import json
from datetime import datetime, timedelta

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from shop.accounts.models import User
from shop.api import transactions
from shop.sealing import seal, unseal

PURPOSE = b"another address of an account"
GOOD_FOR = timedelta(minutes=15)  # as the letter says


class NotConfirmed(Exception):
    """Wrong code, too late, another's ticket, or an address that has an account; who asks is not told which."""


def send_code(request: HttpRequest, email: str, *, now: datetime) -> str:
    """This function will mail a code to the new address.

    :returns: the ticket to show with the code. Another password makes it worthless.
    """
    adapter, user = get_adapter(request), request.user
    code = adapter.generate_email_verification_code()
    with transaction.atomic(durable=True):
        adapter.send_mail("account/email/email_confirmation", email, {"user": user, "code": code})
    ends_at = (now + GOOD_FOR).timestamp()
    said = {
        "user": user.pk,
        "mark": user.get_session_auth_hash(),
        "email": email,
        "code": _plain(code),
        "until": ends_at,
    }
    return seal(json.dumps(said), purpose=PURPOSE)


def confirm(request: HttpRequest, *, ticket: str, code: str, now: datetime) -> None:
    """This function will make an address the account's own; the one before goes, and is told by letter.

    :raises NotConfirmed:
    """
    email = _email_in(ticket, request.user, code=code, now=now)

    def take() -> bool:
        address = EmailAddress.objects.filter(user=request.user, email=email).first()
        address = address or EmailAddress(user=request.user, email=email)
        return address.verified or get_adapter(request).confirm_email(request, address)

    try:
        is_ours = transactions.in_one(take)
    except IntegrityError:  # somebody else has confirmed it at the same moment
        is_ours = False
    if not is_ours:
        raise _refusal()


def _email_in(ticket: str, user: User, *, code: str, now: datetime) -> str:
    """:raises NotConfirmed:"""
    said = json.loads(unseal(ticket, purpose=PURPOSE) or "{}")
    is_good = (
        said
        and said["user"] == user.pk
        and said["until"] > now.timestamp()
        and constant_time_compare(said["mark"], user.get_session_auth_hash())
        and constant_time_compare(said["code"], _plain(code))
    )
    if not is_good:
        raise _refusal()
    return said["email"]


def _refusal() -> NotConfirmed:
    return NotConfirmed("The code is wrong or too old. Ask for a new one with POST /auth/email/change/.")


def _plain(code: str) -> str:
    """People leave out dashes and write small letters."""
    return "".join(code.split()).replace("-", "").upper()
