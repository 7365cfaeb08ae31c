"""Who has shown a password alone is nobody yet: to no page of the admin, none of the staff's own, and no door of the API.

A log-in remembers since when the app that it showed was in use: it is over when that is another one, or none any more. To
look costs no statement.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.http import url_has_allowed_host_and_scheme

SHOWN, PASSWORD_AT = "second_step_since", "password_shown_at"
PASSWORD_IS_FRESH = timedelta(minutes=15)


class SecondStep:
    """This middleware comes after Django's log-in. `request.known` is who has shown a password."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        by_password = request.user
        request.known = SimpleLazyObject(lambda: AnonymousUser() if _is_over(request, by_password) else by_password)
        request.user = SimpleLazyObject(lambda: AnonymousUser() if is_waited_for(request) else request.known)
        return self.get_response(request)


def _is_over(request: HttpRequest, person) -> bool:
    return person.is_authenticated and request.session.get(SHOWN, "") not in ("", _mark_of(person))


def _mark_of(person) -> str | None:
    return person.second_step_since and person.second_step_since.isoformat()


def is_waited_for(request: HttpRequest) -> bool:
    """Whether somebody has shown a password, and not yet what else they need."""
    person = request.known
    if not person.is_authenticated:
        return False
    return request.session.get(SHOWN) != _mark_of(person) if person.second_step_since else settings.STAFF_TOTP


def password_was_shown(request: HttpRequest, now: datetime) -> None:
    """The admin's own log-in took it."""
    request.known = request.user
    if _is_over(request, request.known):
        forget(request)
    request.session[PASSWORD_AT] = now.timestamp()


def password_is_fresh(request: HttpRequest, now: datetime) -> bool:
    return now.timestamp() - request.session.get(PASSWORD_AT, 0) < PASSWORD_IS_FRESH.total_seconds()


def let_in(request: HttpRequest) -> None:
    """The second step was shown: the session gets another name, since somebody may have known the one before."""
    request.session.cycle_key()
    rotate_token(request)
    request.session[SHOWN] = _mark_of(request.known)
    request.user = request.known


def forget(request: HttpRequest) -> None:
    """This log-in goes on by its password alone, where that is enough."""
    request.session.pop(SHOWN, None)


def next_step(request: HttpRequest, then: str) -> str:
    """Where somebody who is waited for goes on."""
    page = "code" if request.known.second_step_since else "set-up"
    return with_next(reverse(f"second-step:{page}"), then)


def with_next(address: str, then: str) -> str:
    return f"{address}?{urlencode({'next': then})}" if then else address


def safe_next(request: HttpRequest) -> str:
    """Where they were going, if that is here."""
    then = request.GET.get("next", "")
    here = url_has_allowed_host_and_scheme(then, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return then if here else reverse("admin:index")
