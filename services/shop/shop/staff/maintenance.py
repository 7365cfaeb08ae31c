"""While the shop is worked on, visitors get one calm page (503); staff go in and out as ever.

Each process asks the database whether the shop is open every few seconds, and not at each request.
"""

import logging
import math
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone

from shop.staff.models import Closure

log = logging.getLogger(__name__)

LOOK_EVERY_S = 3.0
RETRY_AFTER = timedelta(minutes=2)  # where nobody said how long it takes
# What staff need to come in, what tells whether we live, and notices of money: those are sent once and must be heard.
ALWAYS_OPEN = (
    *("/admin/", "/health/", "/static/", "/media/", "/payments/notices/"),
    *("/api/", "/auth/"),  # each door looks for itself, since a token says who asks: shop.api.door
    *("/accounts/login/", "/accounts/logout/", "/accounts/2fa/", "/accounts/reauthenticate/"),
)


class Sign:
    """What this process last saw on the door."""

    def __init__(self, looked: float = -math.inf) -> None:
        self.closure: Closure | None = None
        self._looked = looked

    def read(self, *, seconds: float) -> Closure | None:
        """:param seconds: of a clock that never goes back."""
        if seconds - self._looked >= LOOK_EVERY_S:
            self._looked = seconds  # first, so that a database that is away is not asked by everybody
            try:
                self.closure = Closure.objects.first()
            except DatabaseError as error:
                log.warning("Whether the shop is closed could not be read: %s", error)
        return self.closure


sign = Sign()


class Maintenance:
    """Middleware, after the one that knows who asks."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(ALWAYS_OPEN):
            return self.get_response(request)
        closure = closure_for(request.user)
        if closure is None:
            return self.get_response(request)
        return _closed(closure, now=timezone.now())


def closure_for(user) -> Closure | None:
    """What is to be told to this visitor; nothing while the shop is open, and nothing to staff."""
    closure = sign.read(seconds=time.monotonic())
    return None if closure is None or user.is_staff else closure


def wait_s(closure: Closure, *, now: datetime) -> int:
    wait = closure.until - now if closure.until and closure.until > now else RETRY_AFTER
    return math.ceil(wait.total_seconds())


def close(*, until: datetime | None, note: str, now: datetime) -> None:
    """This function will close the shop to customers; a shop that is closed gets the new sign."""
    sign_there = {"until": until, "note": note}
    Closure.objects.update_or_create(key=True, defaults=sign_there, create_defaults={**sign_there, "since": now})


def reopen() -> bool:
    """This function will open the shop; False if it was open."""
    return bool(Closure.objects.all().delete()[0])


def _closed(closure: Closure, *, now: datetime) -> HttpResponse:
    page = render_to_string("503.html", {"note": closure.note, "until": closure.until, "now": now})
    answer = HttpResponse(page, status=503)
    answer["Retry-After"] = str(wait_s(closure, now=now))
    answer["Cache-Control"] = "no-store"
    return answer
