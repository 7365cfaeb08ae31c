"""Who may read a talk and write in it. Asked at each connect and again at each message: what was true may be over.

Shoppers: `Shopper.of(request)`, or `shopper_in(session_key)` where there is no request (a socket), then
`queries.talk_of(shopper, number)`, which answers None for another's talk. Employees: `may_answer(user)` with a
user that was just read, or `any_employee`.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.contrib.auth.backends import ModelBackend
from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from shop.accounts.models import User
from shop.chat.models import Room
from shop.live.rights import behind
from shop.orders.queries import Viewer
from shop.staff.roles import ANSWER_TALKS

SESSION_KEY = "talks"
REMEMBERED_TALKS = 20


@dataclass(frozen=True)
class Shopper:
    """An account, the orders that this browser may see, and the talks that it began or opened by a signed link."""

    viewer: Viewer
    talks: frozenset[str]

    @classmethod
    def of(cls, request: HttpRequest) -> "Shopper":
        return cls(Viewer.of(request), frozenset(request.session.get(SESSION_KEY, ())))

    @property
    def user(self) -> User | None:
        return self.viewer.user

    def sees(self, room: Room, *, token: str = "") -> bool:
        """L28: the account's own, what is about an order of theirs, or what this browser knows. `order` is selected."""
        mine = self.user is not None and room.user_id == self.user.pk
        of_order = room.order is not None and self.viewer.owns(room.order)
        known = str(room.number) in self.talks
        return mine or of_order or known or constant_time_compare(token, room.link_token)


def shopper_in(session_key: str, *, now: datetime) -> Shopper | None:
    """This function will tell who is behind a session now; None if it is over, or its account is."""
    found = behind(session_key, now=now)
    if found is None:
        return None
    viewer, remembered = found
    return Shopper(viewer, frozenset(remembered.get(SESSION_KEY, ())))


def remember(request: HttpRequest, room: Room) -> None:
    """This function will let this browser see a talk again without its link."""
    known = request.session.get(SESSION_KEY, [])
    if str(room.number) not in known:
        request.session[SESSION_KEY] = [*known, str(room.number)][-REMEMBERED_TALKS:]


def may_answer(user: User) -> bool:
    return user.is_active and user.is_staff and user.has_perm(ANSWER_TALKS)


def employees() -> QuerySet[User]:
    """All who may answer."""
    return ModelBackend().with_perm(ANSWER_TALKS, is_active=True).filter(is_staff=True)


def any_employee(among: str, *params) -> bool:
    """This function will ask whether any of some users may answer now, by one statement that is written once.

    It is asked with every message; to have it written each time costs more than all the rest.

    :param among: SQL that selects the keys of users, with `params`.
    """
    sql, own = _employees()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS ({sql} AND accounts_user.id IN ({among}))", [*own, *params])
        return cursor.fetchone()[0]


@cache
def _employees() -> tuple[str, tuple]:
    return employees().order_by().values("pk").query.sql_with_params()
