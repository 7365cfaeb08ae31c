"""An address is confirmed by a code that was mailed to it, without a browser: tried a few times, good for a while."""

from datetime import datetime, timedelta

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.core import ratelimit
from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, salted_hmac

from shop.api.models import ConfirmationCode

MOST_TRIES = 3
GOOD_FOR = timedelta(minutes=15)  # as the letter says


class WrongCode(Exception):
    """Wrong, too old, tried too often, or of an address that waits for none; who asks is not told which."""


def send_code(request: HttpRequest, address: EmailAddress, *, now: datetime) -> None:
    """This function will mail a new code, in place of an earlier one; not more often than the pages do."""
    if not ratelimit.consume(request, action="confirm_email", key=address.email.lower()):
        return
    code = get_adapter(request).generate_email_verification_code()
    fresh = {"code_mark": _mark(address, code), "tries_left": MOST_TRIES, "ends_at": now + GOOD_FOR}
    with transaction.atomic(durable=True):
        ConfirmationCode.objects.update_or_create(address=address, defaults=fresh)
        context = {"user": address.user, "code": code}
        get_adapter(request).send_mail("account/email/email_confirmation_signup", address.email, context)


def confirm(request: HttpRequest, *, email: str, code: str, now: datetime) -> None:
    """This function will confirm an address; its guest orders come to the account, as on the pages.

    :raises WrongCode: the try is counted then.
    """
    found = ConfirmationCode.objects.filter(address__email__iexact=email, address__verified=False, ends_at__gt=now)
    with transaction.atomic(durable=True):
        wanted = found.select_related("address__user").select_for_update(of=["self"]).first()
        address = wanted and wanted.address
        is_right = bool(wanted and wanted.tries_left) and constant_time_compare(wanted.code_mark, _mark(address, code))
        if is_right:
            wanted.delete()
        elif wanted:
            ConfirmationCode.objects.filter(pk=wanted.pk).update(tries_left=max(0, wanted.tries_left - 1))
    if not is_right or not get_adapter(request).confirm_email(request, address):
        raise WrongCode("The code is wrong or too old. Ask for a new one with POST /auth/email/resend/.")


def unconfirmed(email: str) -> EmailAddress | None:
    """The address of an account that waits for its code."""
    return EmailAddress.objects.select_related("user").filter(email__iexact=email, verified=False).first()


def _mark(address: EmailAddress, code: str) -> str:
    """People leave out dashes and write small letters."""
    plain = "".join(code.split()).replace("-", "").upper()
    return salted_hmac("shop.api.code", f"{address.pk}:{plain}", algorithm="sha256").hexdigest()
