"""By what right a page has a talk, or the desk, open; looked at again at every message, and every few seconds besides."""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from shop.accounts import second_step
from shop.accounts.models import User
from shop.chat import queries, rights
from shop.chat.models import Room, Side
from shop.live.ending import Closed, Code
from shop.live.rights import AnyRight, Seen, behind, kept

DESK = ("desk",)


@dataclass(frozen=True, slots=True)
class ShoppersRight:
    """A session that sees the talk: by its account, by an order that it remembers, or because it remembers the talk."""

    session: str
    room: str
    user: int | None
    order: str | None
    log_in: None = None

    def holds(self, seen: Seen) -> bool:
        viewer = seen.viewers.get(self.session)
        if viewer is None:
            return False
        if self.user is not None:
            return viewer.user is not None and viewer.user.pk == self.user
        return self.order in viewer.numbers or self.room in seen.remembered[self.session].get(rights.SESSION_KEY, ())


@dataclass(frozen=True, slots=True)
class EmployeesRight:
    """A session of somebody who may answer talks, with a second step where the shop asks for one."""

    session: str
    user: int
    log_in: None = None

    def holds(self, seen: Seen) -> bool:
        viewer = seen.viewers.get(self.session)
        return viewer is not None and viewer.user is not None and viewer.user.pk == self.user and _answers(viewer.user)


@dataclass(frozen=True, slots=True)
class WatchTalk:
    """One talk from one side. Its messages are numbered by themselves, so that the streams' numbers do not matter.

    :ivar is_seen: it stands before somebody's eyes; a page that has folded it away hears of it, and is not there.
    """

    source: ClassVar[str] = ""
    room: UUID
    side: Side
    is_seen: bool = True

    @property
    def topics(self) -> frozenset[Hashable]:
        return frozenset({topic_of(self.room)})


@dataclass(frozen=True, slots=True)
class WatchDesk:
    source: ClassVar[str] = ""
    topics: ClassVar[frozenset[Hashable]] = frozenset({DESK})


def topic_of(room: UUID) -> Hashable:
    return ("talk", room)


def shopper(session: str, number: UUID, *, now: datetime) -> ShoppersRight:
    """
    :raises Closed: if there is no such talk for who is behind this session (L28).
    """
    who = rights.shopper_in(session, now=now)
    if who is None:
        raise Closed(Code.LOG_IN)
    room = queries.talk_of(who, number)
    if room is None:
        raise Closed(Code.NOT_THERE)
    by_order = str(room.order_id) if room.order_id and str(room.order_id) in who.viewer.numbers else None
    return ShoppersRight(session, str(number), _account(who.user, room), by_order)


def employee(session: str, *, now: datetime) -> EmployeesRight:
    """
    :raises Closed: for who may not answer.
    """
    who = rights.shopper_in(session, now=now)
    if who is None or who.user is None:
        raise Closed(Code.LOG_IN)
    if not _answers(who.user):
        raise Closed(Code.NOT_ALLOWED)
    return EmployeesRight(session, who.user.pk)


def require(right: AnyRight, *, now: datetime) -> None:
    """:raises Closed: if it does not hold any more."""
    if not kept({right}, now=now):
        raise Closed(Code.NOT_ALLOWED)


def require_employee(right: EmployeesRight, *, now: datetime) -> User:
    """The employee, read anew.

    :raises Closed: if the right does not hold any more.
    """
    found = behind(right.session, now=now)
    user = found[0].user if found else None
    if user is None or user.pk != right.user or not _answers(user):
        raise Closed(Code.NOT_ALLOWED)
    return user


def _account(user: User | None, room: Room) -> int | None:
    """The account by which it is seen, if that is how."""
    if user is None:
        return None
    owner = room.order.user_id if room.order else None
    return user.pk if user.pk in (room.user_id, owner) else None


def _answers(user: User) -> bool:
    return rights.any_employee("%s", user.pk) and not second_step.is_missing_to(user)
