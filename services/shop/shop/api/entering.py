"""Logging in as a program, by the rules of the pages: confirmed address, second step, limits on wrong passwords."""

from dataclasses import dataclass
from datetime import datetime

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.base.forms import AuthenticateForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from shop.accounts.models import User
from shop.accounts.usernames import user_named
from shop.api import confirming, tokens
from shop.api.problems import Problem

WAIT_S = 300  # as long as the pages' limit on wrong passwords looks back


@dataclass(frozen=True)
class Shown:
    """What a program shows of who it acts for. `name` is a username or an address, `code` of an authenticator app.

    :ivar scope: what the tokens are to be for; see shop.api.scopes.
    """

    name: str
    password: str
    code: str = ""
    scope: str = ""


def log_in(request: HttpRequest, shown: Shown, *, now: datetime) -> tuple[User, tokens.Pair]:
    """This function will begin a log-in.

    :raises Problem: 401 for a wrong name, password or code, 403 for an address that is not confirmed, 429.
    """
    user = _person(request, shown)
    address = EmailAddress.objects.filter(user=user).order_by("-verified", "-primary").first()
    if not (address and address.verified):
        if address:
            confirming.send_code(request, address, now=now)
        detail = "The address of this account is not confirmed. Send the code we mailed to POST /auth/email/verify/."
        raise Problem(403, "address-not-confirmed", "Please confirm your address", detail)
    second_step = _second_step(user, shown.code)
    client = request.headers.get("User-Agent", "")
    pair = tokens.begin(user, second_step=second_step, client=client, now=now, scope=shown.scope)
    User.objects.filter(pk=user.pk).update(last_login=now)
    return user, pair


def _person(request: HttpRequest, shown: Shown) -> User:
    """A name that nobody has costs as much time as a wrong password, and counts as one."""
    named = None if "@" in shown.name else user_named(shown.name)
    try:
        user = get_adapter(request).authenticate(
            request, email=named.email if named else shown.name, password=shown.password
        )
    except ValidationError:
        raise _too_many() from None
    if user is None or not user.is_active:
        raise Problem(401, "wrong-password", "Not logged in", "The username, address or password is wrong.")
    return user


def _second_step(user: User, code: str) -> bool:
    """:raises Problem: 401, if the account has an authenticator app and the code is missing or wrong."""
    if not get_mfa_adapter().is_mfa_enabled(user):
        return False
    if not code:
        detail = "This account has an authenticator app. Send its code, or a recovery code, as “code”."
        raise Problem(401, "second-step", "A code is needed", detail)
    form = AuthenticateForm({"code": code}, user=user)
    if not form.is_valid():
        if any(error.code == "too_many_login_attempts" for error in form.errors.as_data()["code"]):
            raise _too_many()
        raise Problem(401, "wrong-code", "Not logged in", "The code is wrong, too old or used.")
    form.authenticator.record_usage()
    return True


def _too_many() -> Problem:
    detail = "Too many wrong passwords or codes. Please wait a few minutes."
    return Problem(429, "too-many-attempts", "Please wait", detail, retry_after_s=WAIT_S)
