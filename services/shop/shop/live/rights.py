"""What an open stream rests on. All of them are looked at again together, every few seconds."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils.crypto import constant_time_compare

from shop.accounts.models import User
from shop.api import tokens
from shop.api.models import LogIn
from shop.api.permissions import may
from shop.api.scopes import is_within
from shop.orders import queries
from shop.orders.queries import Viewer


@dataclass(frozen=True, slots=True)
class Seen:
    """Who is behind the sessions and log-ins that were asked about, and what sessions remember; what is over is left out."""

    viewers: dict[str, Viewer]
    remembered: dict[str, dict]
    log_ins: dict[UUID, LogIn]


class AnyRight(Protocol):
    session: str
    log_in: UUID | None

    def holds(self, seen: Seen) -> bool: ...


@dataclass(frozen=True, slots=True)
class Right:
    """Of a page: a session that still shows this account and these orders. Without one: a signed link."""

    session: str
    user: int | None
    numbers: frozenset[str]
    log_in: None = None

    def holds(self, seen: Seen) -> bool:
        if not self.session:
            return True
        viewer = seen.viewers.get(self.session)
        if viewer is None or (self.user is not None and (viewer.user is None or viewer.user.pk != self.user)):
            return False
        return self.numbers <= viewer.numbers


@dataclass(frozen=True, slots=True)
class ProgramsRight:
    """Of a program: a log-in of the API that has this scope, of somebody who has these rights of staff.

    An access token is good for minutes and opens; what it opened stays for as long as its log-in does.
    """

    log_in: UUID
    scope: str
    permissions: tuple[str, ...] = ()
    session: str = ""

    def holds(self, seen: Seen) -> bool:
        log_in = seen.log_ins.get(self.log_in)
        if log_in is None or not is_within(log_in.scope, self.scope):
            return False
        return not self.permissions or may(log_in, *self.permissions)


def kept(rights: Iterable[AnyRight], *, now: datetime) -> set[AnyRight]:
    """This function will tell which of these rights hold."""
    rights = set(rights)
    sessions, log_ins = {right.session for right in rights} - {""}, {right.log_in for right in rights} - {None}
    remembered = _opened(sessions, now=now) if sessions else {}
    seen = Seen(
        viewers=_viewers(remembered),
        remembered=remembered,
        log_ins=tokens.log_ins_of(log_ins, now=now) if log_ins else {},
    )
    return {right for right in rights if right.holds(seen)}


def behind(session: str, *, now: datetime) -> tuple[Viewer, dict] | None:
    """This function will tell who is behind one session, and what it remembers; None if it is over, or its account is."""
    opened = _opened([session], now=now) if session else {}
    viewer = _viewers(opened).get(session)
    return None if viewer is None else (viewer, opened[session])


def _opened(sessions: Iterable[str], *, now: datetime) -> dict[str, dict]:
    found = Session.objects.filter(pk__in=set(sessions), expire_date__gt=now)
    return {session.session_key: session.get_decoded() for session in found}


def _viewers(opened: dict[str, dict]) -> dict[str, Viewer]:
    """Who is behind each of these sessions; one whose account is over is left out."""
    accounts = {int(data[SESSION_KEY]) for data in opened.values() if SESSION_KEY in data}
    users = User.objects.filter(is_active=True).in_bulk(accounts) if accounts else {}
    seen = {key: _viewer(data, users) for key, data in opened.items()}
    return {key: viewer for key, viewer in seen.items() if viewer}


def _viewer(data: dict, users: dict[int, User]) -> Viewer | None:
    numbers = frozenset(data.get(queries.SESSION_KEY, ()))
    if SESSION_KEY not in data:
        return Viewer(None, numbers)
    user = users.get(int(data[SESSION_KEY]))
    # A new password ends the sessions of the old one.
    if user and constant_time_compare(data.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash()):
        return Viewer(user, numbers)
    return None
