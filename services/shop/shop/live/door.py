"""`/sse/`: who may come in, and the answer that stays open.

This is plain ASGI. Django's own handler would keep a thread and with it a connection to the database for each stream.
"""

import asyncio
import logging
import re
import time
from uuid import UUID

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.utils import timezone

from shop.live import reading
from shop.live.asker import ForeignHost, ForeignOrigin, other_origin, request_of
from shop.live.database import Database, DatabaseAway
from shop.live.listener import Listener
from shop.live.places import TooMany
from shop.live.rights import AnyRight
from shop.live.streams import LEFT, SLOW, Chunk, Stream, Streams, Watched

log = logging.getLogger(__name__)

SENT_WITHIN_S = 10.0
REQUEST_ID = re.compile(r"[0-9A-Za-z-]{1,64}")
HEADERS = {
    "Cache-Control": "no-store, no-transform",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Vary": "Cookie, Origin",
}


class Refused(Exception):
    def __init__(self, status: int, words: str):
        super().__init__(words)
        self.status = status


class Door:
    """Each kind says who is permitted to watch what, and what is heard at the opening."""

    def __init__(self, streams: Streams, listener: Listener, database: Database):
        self._streams, self._listener, self.database = streams, listener, database

    async def permitted(self, request: ASGIRequest, session: str) -> tuple[AnyRight, Watched] | None:
        raise NotImplementedError

    async def opening(self, request: ASGIRequest, watch: Watched) -> Chunk:
        raise NotImplementedError

    async def __call__(self, scope: dict, receive, send) -> None:
        request, began = request_of(scope), time.monotonic()
        headers = dict(HEADERS)
        try:
            _check_asker(request, headers)
            stream = await self._admit(request)
        except Refused as refusal:
            note(request, f"refused with {refusal.status}", began)
            await answer(send, refusal.status, f"{refusal}\n", headers)
            return
        try:
            await self._stream(request, stream, headers, receive, send)
        finally:
            self._streams.forget(stream)
            self._streams.places.free(stream.place)
            note(request, f"stream ended: {stream.ended or 'cut off'}", began)

    async def _admit(self, request: ASGIRequest) -> Stream:
        if self._streams.closing or self._listener.settled is None:
            raise Refused(503, "We are about to stop, or have just begun. Come back in a moment.")
        try:
            found = await self.permitted(request, request.COOKIES.get(settings.SESSION_COOKIE_NAME, ""))
        except DatabaseAway:
            raise Refused(503, "The database does not answer. Come back in a moment.") from None
        if found is None:
            raise Refused(404, "There is nothing that you may watch.")
        right, watch = found
        try:
            place = self._streams.places.take(get_adapter().get_client_ip(request), right.session)
        except TooMany:
            raise Refused(429, "Too many pages are open. This one can be loaded again by hand.") from None
        return self._streams.open(right, watch, place)

    async def _stream(self, request: ASGIRequest, stream: Stream, headers: dict, receive, send) -> None:
        try:
            opening = await self.opening(request, stream.watch)
        except DatabaseAway:
            await answer(send, 503, "The database does not answer. Come back in a moment.\n", headers)
            stream.end("database away")
            return
        # Before whatever was told since it was opened: an id says that all before it was heard.
        stream.put_first(opening)
        await send(_start(200, headers | {"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"}))
        leaving = asyncio.create_task(_note_leaving(receive, stream))
        try:
            async for pieces in stream.pieces():
                async with asyncio.timeout(SENT_WITHIN_S):
                    await send({"type": "http.response.body", "body": b"".join(pieces), "more_body": True})
            async with asyncio.timeout(SENT_WITHIN_S):
                await send({"type": "http.response.body", "body": b""})
        except TimeoutError:
            stream.end(SLOW)  # the server closes a connection whose answer was left unfinished
        finally:
            leaving.cancel()


class OrdersDoor(Door):
    async def permitted(self, request: ASGIRequest, session: str) -> tuple[AnyRight, Watched] | None:
        number, token = _wish(request)
        return await self.database.ask(reading.permitted, session, number, token, now=timezone.now())

    async def opening(self, request: ASGIRequest, watch: Watched) -> Chunk:
        settled, after = self._listener.settled, _resumed(request)
        if after > self._listener.newest:
            after = 0  # of another life of the database
        missed = await self.database.ask(reading.since, watch, after)
        return self._streams.opening(missed, settled=settled)


def _check_asker(request: ASGIRequest, headers: dict) -> None:
    """Other sites get no stream."""
    try:
        origin = other_origin(request)
    except ForeignHost:
        raise Refused(400, "This host is not ours.") from None
    except ForeignOrigin:
        raise Refused(403, "Another site may not read this.") from None
    if origin:
        headers["Access-Control-Allow-Origin"] = origin
        headers["Access-Control-Allow-Credentials"] = "true"
    if request.method != "GET":
        raise Refused(405, "This is only read.")


def _wish(request: ASGIRequest) -> tuple[UUID | None, str]:
    """The one order that is asked for, if it is one, and the key of its signed link."""
    number = request.GET.get("order")
    try:
        return (UUID(number) if number is not None else None), request.GET.get("key", "")
    except ValueError:
        raise Refused(404, "There is no such order.") from None


def _resumed(request: ASGIRequest) -> int:
    """After which event a client comes back; 0 for one that is new. What is no number of ours is as good as none."""
    told = request.META.get("HTTP_LAST_EVENT_ID", "")
    return int(told) if told.isascii() and told.isdecimal() and len(told) < 19 else 0


async def _note_leaving(receive, stream: Stream) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    stream.end(LEFT)


async def answer(send, status: int, words: str, headers: dict | None = None, kind: str = "text/plain") -> None:
    """This function will send one whole, short answer."""
    body = words.encode()
    all_headers = {**(headers or HEADERS), "Content-Type": f"{kind}; charset=utf-8", "Content-Length": str(len(body))}
    await send(_start(status, all_headers))
    await send({"type": "http.response.body", "body": body})


def _start(status: int, headers: dict) -> dict:
    encoded = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    return {"type": "http.response.start", "status": status, "headers": encoded}


def note(request: ASGIRequest, what: str, began: float) -> None:
    """Nothing of who it was, and no address: it may hold the key of an order."""
    given = request.META.get("HTTP_X_REQUEST_ID", "")
    request_id = given if REQUEST_ID.fullmatch(given) else "-"
    log.info("%s %s after %.1f s, request %s", request.path, what, time.monotonic() - began, request_id)
