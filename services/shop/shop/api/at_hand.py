"""Answers about products that this process made a moment ago are given again before anything else is done.

They are the answers of `shop.api.fresh`, whole, with the headers that all others have put on. They are given for the very
same address, for nothing but a plain read, and only after the same looks as in the ordinary way: whether anything has
changed, whether the token is good, whether the shop is open, whether its caller has not come too often. Whoever fails one
of them, or wants anything special, goes the ordinary way and is told there. So there is nothing that only this door knows.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from rest_framework.exceptions import AuthenticationFailed

from shop.accounts.models import User
from shop.api import fresh, tokens
from shop.api.authentication import TokenAuthentication
from shop.api.lookout import lookout
from shop.api.throttles import ByRole
from shop.staff import maintenance

MOST_BYTES = 16_000_000
# What decides more than whether the same is sent once more: pages of other sites, conditions but the one below.
SPECIAL = ("HTTP_ORIGIN", "HTTP_IF_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_UNMODIFIED_SINCE", "HTTP_RANGE")
NOT_OF_304 = {"Content-Type", "Content-Length", "Allow"}  # as in the ordinary way
STATE_AND_LOG_IN = f"{fresh.STATE}; {tokens.FIND}"
_authentication = TokenAuthentication()


@dataclass(frozen=True)
class Kept:
    """:ivar until: seconds of a clock that never goes back."""

    state: str
    content: bytes
    headers: dict[str, str]
    until: float


class Shelf:
    """What is asked for most is kept; what nobody asked for longest makes room."""

    def __init__(self) -> None:
        self._answers: OrderedDict[tuple, Kept] = OrderedDict()
        self._bytes = 0
        self._turn = Lock()

    def find(self, key: tuple, *, seconds: float) -> Kept | None:
        with self._turn:
            kept = self._answers.get(key)
            if kept is None or seconds > kept.until:
                return None
            self._answers.move_to_end(key)
            return kept

    def put(self, key: tuple, kept: Kept) -> None:
        with self._turn:
            if old := self._answers.pop(key, None):
                self._bytes -= _size(key, old)
            self._answers[key] = kept
            self._bytes += _size(key, kept)
            while self._bytes > MOST_BYTES:
                self._bytes -= _size(*self._answers.popitem(last=False))

    def clear(self) -> None:
        with self._turn:
            self._answers.clear()
            self._bytes = 0


shelf = Shelf()


class AtHand:
    """The outermost middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if (
            request.method != "GET"
            or not request.path.startswith("/api/")
            or not request.META.keys().isdisjoint(SPECIAL)
        ):
            return self.get_response(request)
        key = _key(request)
        if answer := _given_again(request, key):
            return answer
        answer = self.get_response(request)
        if state := getattr(answer, "state", ""):
            _keep(key, state, answer)
        return answer


def _key(request: HttpRequest) -> tuple:
    """All of a plain read that its answer can follow from. Who asks is not among it: products are the same for all."""
    said = request.META
    return request.scheme, said.get("HTTP_HOST"), request.path, said.get("QUERY_STRING"), said.get("HTTP_ACCEPT")


def _keep(key: tuple, state: str, answer: HttpResponse) -> None:
    if answer.status_code == 200 and not answer.streaming and not answer.cookies:
        until = time.monotonic() + fresh.KEPT_FOR_S
        shelf.put(key, Kept(state, answer.content, dict(answer.headers), until))


def _given_again(request: HttpRequest, key: tuple) -> HttpResponse | None:
    seconds = time.monotonic()
    kept = shelf.find(key, seconds=seconds)
    if kept is None or connection.in_atomic_block or maintenance.sign.read(seconds=seconds):
        return None
    with suppress(tokens.NoSuchLogIn, AuthenticationFailed):
        state, user = _look(request)
        if state == kept.state and _is_let_in(request, user):
            return _answer(request, kept)
    return None


def _look(request: HttpRequest) -> tuple[str, User | AnonymousUser]:
    """:raises AuthenticationFailed, NoSuchLogIn: for a token that is not good, or anything else in its place."""
    if "HTTP_AUTHORIZATION" not in request.META:
        rows = lookout.look(fresh.STATE, [])
        return (fresh.state_from(rows[0]) if rows else ""), AnonymousUser()
    rows = lookout.look(STATE_AND_LOG_IN, [[_authentication.named_log_in(request)], timezone.now()])
    return (fresh.state_from(rows[0]), tokens.log_in_from(rows[1]).user) if rows else ("", AnonymousUser())


def _is_let_in(request: HttpRequest, user: User | AnonymousUser) -> bool:
    request.user = user  # in the ordinary way another middleware puts its own there
    return ByRole().allow_request(request, None)


def _answer(request: HttpRequest, kept: Kept) -> HttpResponse:
    answer = HttpResponse(kept.content, headers=kept.headers)
    fitting = get_conditional_response(request, etag=kept.headers["ETag"], response=answer)
    if fitting is not answer:
        for name in kept.headers.keys() - NOT_OF_304:
            fitting.headers[name] = kept.headers[name]
        fitting.headers["Content-Length"] = "0"
    return fitting


def _size(key: tuple, kept: Kept) -> int:
    return len(kept.content) + sum(len(part) for part in key if part) + 1_000
