"""What all websockets have in common: who may knock, how much may be said, what is sent on, and how it ends."""

import asyncio
import json
import time
from collections.abc import Iterable

from allauth.account.adapter import get_adapter
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer

from shop.live.allowance import Allowance
from shop.live.asker import ForeignHost, ForeignOrigin, other_origin, request_of
from shop.live.database import DatabaseAway
from shop.live.door import SENT_WITHIN_S, note
from shop.live.ending import WORDS, Closed, Code
from shop.live.places import Place, TooMany
from shop.live.rights import AnyRight
from shop.live.streams import SLOW, UNLAWFUL, WE_STOP, Stream, Watched

MOST_BYTES = 4_096
FIRST_WITHIN_S = 10.0
CODES = {SLOW: Code.TOO_MANY, UNLAWFUL: Code.NOT_ALLOWED, WE_STOP: Code.WE_STOP}


class Socket(AsyncWebsocketConsumer):
    """Each kind says what it does when it is opened(), and with what it has heard()."""

    judged_later: frozenset[str] = frozenset()  # words of a message that a kind judges itself
    channel_layer_alias = "none of its own"  # the process has one ear for all sockets, which may be deaf: see signals
    must_name_origin = True

    def __init__(self, live):
        """:param live: the process."""
        super().__init__()
        self.live = live
        self.place: Place | None = None
        self.stream: Stream | None = None
        self._tasks: list[asyncio.Task] = []
        self._end = ""

    async def __call__(self, scope, receive, send):
        self.request, self._began = request_of(scope), time.monotonic()
        self._allowance = Allowance(self._began)
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._leave()

    async def opened(self) -> None:
        raise NotImplementedError

    async def heard(self, said: dict) -> None:
        raise NotImplementedError

    def other_origins(self) -> Iterable[str]:
        """Origins whose pages may knock, besides those that the site trusts."""
        return ()

    async def dispatch(self, message):
        """Without the library's own, which sees to the connections of a thread that nothing here uses."""
        try:
            await getattr(self, message["type"].replace(".", "_"))(message)
        except Closed as closed:
            await self.end(closed.code, str(closed))
        except DatabaseAway:
            await self.end(Code.LATER)

    async def connect(self):
        if not self._may_knock():
            self._end = "not ours"
            await self.close()
            return
        await self.accept(subprotocol=self.subprotocol())
        if self.live.sockets.closing:
            raise Closed(Code.WE_STOP)
        if self.live.listener.settled is None:
            raise Closed(Code.LATER)
        try:
            self.place = self.live.sockets.places.take(get_adapter().get_client_ip(self.request))
        except TooMany:
            raise Closed(Code.TOO_MANY) from None
        await self.opened()

    def subprotocol(self) -> str | None:
        return None

    def _may_knock(self) -> bool:
        try:
            other_origin(self.request, also=self.other_origins())
        except (ForeignHost, ForeignOrigin):
            return False
        return bool(self.request.META.get("HTTP_ORIGIN")) or not self.must_name_origin

    async def receive(self, text_data=None, bytes_data=None):
        if self._end:
            return  # it was on its way when we closed
        if text_data is None:
            raise Closed(Code.NOT_UNDERSTOOD)
        if len(text_data.encode()) > MOST_BYTES:
            raise Closed(Code.TOO_LARGE)
        if not self._allowance.take(time.monotonic()):
            raise Closed(Code.TOO_MANY)
        await self.heard(_read(text_data, judged_later=self.judged_later))

    def follow(self, right: AnyRight, watch: Watched, visitor: str) -> None:
        """This function will note from now on what happens; send_on() sends it.

        :raises Closed: if this visitor has as many sockets as there may be.
        """
        try:
            self.live.sockets.places.name(self.place, visitor)
        except TooMany:
            raise Closed(Code.TOO_MANY) from None
        self.stream = self.live.sockets.open(right, watch, self.place)

    def send_on(self) -> None:
        self.begin(self._send_all())

    def begin(self, work) -> asyncio.Task:
        """This function will have something done beside what is heard, until the socket ends."""
        task = asyncio.create_task(work)
        self._tasks.append(task)
        return task

    async def _send_all(self) -> None:
        try:
            async for pieces in self.stream.pieces():
                async with asyncio.timeout(SENT_WITHIN_S):
                    for piece in pieces:
                        await self.send(text_data=piece)
        except TimeoutError:
            self.stream.end(SLOW)
        except OSError:
            return  # the client has left; who listens to it will hear that
        await self.end(CODES[self.stream.ended])

    async def end(self, code: Code, words: str = "") -> None:
        """This function will close the socket, once."""
        if not self._end:
            self._end = f"closed with {code.value}"
            await self.close(code.value, words or WORDS[code])

    async def websocket_disconnect(self, message):
        raise StopConsumer

    def _leave(self) -> None:
        for task in self._tasks:
            task.cancel()
        if self.stream:
            self.live.sockets.forget(self.stream)
        if self.place:
            self.live.sockets.places.free(self.place)
        note(self.request, f"socket ended: {self._end or 'client left'}", self._began)


def _read(text: str, *, judged_later: frozenset[str]) -> dict:
    """
    :raises Closed: for what is no message.
    """
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        raise Closed(Code.NOT_UNDERSTOOD) from None
    if not isinstance(said, dict) or not isinstance(said.get("type"), str):
        raise Closed(Code.NOT_UNDERSTOOD)
    for name, word in said.items():
        if name not in judged_later and isinstance(word, str) and ("\0" in word or not _is_text(word)):
            raise Closed(Code.NOT_UNDERSTOOD)
    return said


def _is_text(word: str) -> bool:
    """Half of a pair of surrogates can be written in JSON, and nowhere else."""
    try:
        word.encode()
    except UnicodeEncodeError:
        return False
    return True
