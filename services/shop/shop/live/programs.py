"""Websockets of programs: `/ws/orders/` and `/ws/sold_skus/`. The access token comes in the first message, or as a subprotocol."""

import asyncio
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from rest_framework_simplejwt.exceptions import InvalidToken

from shop.accounts.models import User
from shop.api.authentication import TokenAuthentication
from shop.api.permissions import may
from shop.api.scopes import is_within
from shop.api.sold import MOST_DAYS, USUAL_DAYS
from shop.live import reading
from shop.live.ending import Closed, Code
from shop.live.reading import ORDERS, Watch
from shop.live.rights import ProgramsRight
from shop.live.socket import FIRST_WITHIN_S, Socket
from shop.live.sold import MOST_ISBNS, WatchSold
from shop.live.streams import message
from shop.staff import maintenance
from shop.staff.roles import SEE_SALES

PROTOCOL, BEARER = "bookshop.v1", "bearer."
LARGEST_ID = 2**63 - 1


class ProgramsSocket(Socket):
    """Waits for `{"type": "follow", "token": …}`, and then speaks alone. Cookies open nothing here.

    :cvar scope: that the token needs, if it has any; as for the door of the API that tells the same.
    :cvar permissions: of staff.
    """

    must_name_origin = False  # programs have none
    scope_needed: str
    permissions: tuple[str, ...] = ()

    def other_origins(self) -> Iterable[str]:
        return settings.CORS_ALLOWED_ORIGINS

    def subprotocol(self) -> str | None:
        """Never the one that is the token: it would come back in a header."""
        return PROTOCOL if PROTOCOL in self.scope["subprotocols"] else None

    async def opened(self) -> None:
        self._first = self.begin(self._wait_for_first())

    async def _wait_for_first(self) -> None:
        await asyncio.sleep(FIRST_WITHIN_S)
        await self.end(Code.TOO_LATE)

    async def heard(self, said: dict) -> None:
        if self.stream or said["type"] != "follow":
            raise Closed(Code.NOT_UNDERSTOOD)
        self._first.cancel()
        token = said.get("token", self._offered())
        if not isinstance(token, str):
            raise Closed(Code.LOG_IN)
        right, user = await self.live.database.ask(
            enter, token, scope=self.scope_needed, permissions=self.permissions, now=timezone.now()
        )
        await self.begin_to_follow(said, right, user)
        self.send_on()

    def _offered(self) -> str | None:
        """The token that came as `Sec-WebSocket-Protocol: bookshop.v1, bearer.<token>`."""
        found = (name.removeprefix(BEARER) for name in self.scope["subprotocols"] if name.startswith(BEARER))
        return next(found, None)

    async def begin_to_follow(self, said: dict, right: ProgramsRight, user: User) -> None:
        raise NotImplementedError


class OrdersSocket(ProgramsSocket):
    """The moves of the account's own orders, and what was missed since an id."""

    scope_needed = "orders:read"

    async def begin_to_follow(self, said: dict, right: ProgramsRight, user: User) -> None:
        after = whole_number(said, "after", default=0, least=0, most=LARGEST_ID)
        watch = Watch(user.pk, frozenset())
        self.follow(right, watch, f"user {user.pk}")
        # Before whatever was told since it was opened: an id says that all before it was heard.
        listener = self.live.listener
        settled = listener.settled
        if after > listener.newest_of(ORDERS.name):
            after = 0  # of another life of the database
        for event in await self.live.database.ask(reading.since, watch, after):
            await self.send(text_data=self.live.sockets.written(event, settled=settled))
        await self.send(text_data=message("here", id=settled))


class SoldSocket(ProgramsSocket):
    """How many copies of each book were sold, whenever that changes; open to whom the API tells it."""

    scope_needed = "products:read"
    permissions = (SEE_SALES,)

    async def begin_to_follow(self, said: dict, right: ProgramsRight, user: User) -> None:
        days = whole_number(said, "days", default=USUAL_DAYS, least=1, most=MOST_DAYS)
        isbns = said.get("isbns", [])
        if not isinstance(isbns, list) or len(isbns) > MOST_ISBNS or not all(map(_is_isbn13, isbns)):
            raise Closed(Code.NOT_UNDERSTOOD)
        self.follow(right, WatchSold(days, frozenset(isbns)), f"user {user.pk}")
        self.live.sold.begin_with(self.stream)


def enter(access: str, *, scope: str, permissions: tuple[str, ...], now: datetime) -> tuple[ProgramsRight, User]:
    """This function will let an access token in as the doors of the API do.

    :raises Closed: with what is wrong.
    """
    try:
        log_in = TokenAuthentication().log_in_by(access, now=now)
    except InvalidToken:
        raise Closed(Code.LOG_IN) from None
    if not is_within(log_in.scope, scope):
        raise Closed(Code.NOT_ALLOWED, f"Here this token would need “{scope}”.")
    if permissions and not may(log_in, *permissions):
        raise Closed(Code.NOT_ALLOWED)
    if maintenance.closure_for(log_in.user):
        raise Closed(Code.LATER, "The shop is closed for maintenance.")
    return ProgramsRight(log_in.pk, scope, permissions), log_in.user


def whole_number(said: dict, name: str, *, default: int, least: int, most: int) -> int:
    """
    :raises Closed: for anything else.
    """
    number = said.get(name, default)
    if type(number) is not int or not least <= number <= most:
        raise Closed(Code.NOT_UNDERSTOOD)
    return number


def _is_isbn13(text: object) -> bool:
    return isinstance(text, str) and len(text) == 13 and text.isascii() and text.isdecimal()
