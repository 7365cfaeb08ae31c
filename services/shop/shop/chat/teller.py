"""Tells open pages what is new in their talks and at the desk: once for all pages of a process, whatever was missed.

It looks when it is woken by a hint, and every two seconds without one. What it tells is compared with what it told before.
What this process has written itself is told at once, and looked at afterwards like all else.
"""

import asyncio
import logging
import time
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from shop.chat import facts, opening
from shop.chat.facts import Desk, Facts
from shop.chat.models import Message, Side
from shop.chat.opening import SIGN_EVERY
from shop.chat.standing import DESK, EmployeesRight, WatchTalk, topic_of
from shop.live.database import Database, DatabaseAway
from shop.live.rights import kept
from shop.live.streams import Chunk, Sockets, Stream, Streams

log = logging.getLogger(__name__)

LOOK_EVERY_S = 2.0
LOOKS_APART_S = 0.02  # many hints at once are one look
GATHERS_FOR_S = 0.01  # what this process wrote it hears of by Redis, too


class TalkTeller:
    def __init__(self, streams: Streams, sockets: Sockets, database: Database):
        self._streams, self._sockets, self._database = streams, sockets, database
        self._known: dict[UUID, Facts] = {}
        self._told: dict[UUID, int] = {}  # up to which message
        self._desk: Desk | None = None
        self._woken: set[UUID] = set()
        self._wake = asyncio.Event()
        self._wake.set()  # the first look waits for nothing
        self._looked = float("-inf")  # at everything
        self._reach = ""

    def wake(self, number: UUID) -> None:
        self._woken.add(number)
        self._wake.set()

    def hear(self, words: str) -> None:
        """A hint of another process; one that names nothing is none."""
        try:
            self.wake(UUID(words))
        except ValueError:
            return

    def begin_with(self, number: UUID, known: Facts) -> None:
        """This function will follow a talk from what a page that opens was told; others may have been told of more."""
        self._known.setdefault(number, known)
        self._told.setdefault(number, known.last)

    def written(self, message: Message) -> None:
        """This function will tell a message that was just committed here, unless others before it are still to be told."""
        if message.position == self._told.get(message.room_id, -1) + 1:
            self._tell(message)
        self.wake(message.room_id)

    async def tell_for_ever(self) -> None:
        while True:
            try:
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._wake.wait()
                    await asyncio.sleep(GATHERS_FOR_S)
            except TimeoutError:
                pass
            self._wake.clear()
            woken, self._woken = self._woken, set()
            try:
                await self._look(woken)
            except DatabaseAway as error:
                self._woken |= woken
                log.warning("What is new in talks could not be read: %s", type(error).__name__)
                await asyncio.sleep(LOOK_EVERY_S)
            await asyncio.sleep(LOOKS_APART_S)

    async def sign_for_ever(self) -> None:
        """Pages that are open are a sign of life, which ends by itself."""
        while True:
            try:
                await self.sign()
            except DatabaseAway as error:
                log.warning("Who is there could not be noted: %s", type(error).__name__)
            await asyncio.sleep(SIGN_EVERY.total_seconds())

    async def sign(self) -> None:
        open_talks = [stream for stream in self._sockets.all() if isinstance(stream.watch, WatchTalk)]
        rooms = {
            stream.watch.room for stream in open_talks if stream.watch.side == Side.SHOPPER and stream.watch.is_seen
        }
        staff = [stream for stream in open_talks if stream.watch.side == Side.STAFF]
        theirs = {stream.right for stream in (*staff, *self._streams.watching([DESK]))}
        if rooms or theirs:
            await self._database.ask(_sign, rooms, theirs, now=timezone.now())

    async def _look(self, woken: set[UUID]) -> None:
        everything = time.monotonic() - self._looked >= LOOK_EVERY_S
        if everything:
            self._looked = time.monotonic()
            self._known = {number: known for number, known in self._known.items() if self._is_open(number)}
            self._told = {number: self._told[number] for number in self._known}
        numbers = self._known.keys() if everything else self._known.keys() & woken
        if numbers and (everything or not self._reach):
            self._reach = (await self._database.ask(opening.reach, now=timezone.now())).name
        if numbers:
            await self._look_at_talks(numbers)
        # Also while nobody is there: whoever comes to wait just after somebody has come is news to them.
        if everything or (woken and self._streams.watching([DESK])):
            await self._look_at_desk()

    def _is_open(self, number: UUID) -> bool:
        return bool(self._sockets.watching([topic_of(number)]))

    async def _look_at_talks(self, numbers: set[UUID]) -> None:
        now, before = timezone.now(), {number: self._known[number] for number in numbers}
        fresh, messages = await self._database.ask(facts.look, before, reach=self._reach, now=now)
        for message in messages:
            self._tell(message)
        for number, one in fresh.items():
            if one != before[number]:
                self._known[number] = one
                self._put(number, self._sockets.said("talk", **one.told()))

    def _tell(self, message: Message) -> None:
        if message.position <= self._told.get(message.room_id, 0):
            return
        self._told[message.room_id] = message.position
        self._put(message.room_id, self._sockets.said("message", **facts.said(message)))

    def _put(self, number: UUID, chunk: str) -> None:
        _put(self._sockets.watching([topic_of(number)]), chunk)

    async def _look_at_desk(self) -> None:
        desk = await self._database.ask(facts.desk, now=timezone.now())
        before, self._desk = self._desk, desk
        if before == desk:
            return
        waits = [str(number) for number, talk in desk.talks.items() if talk.waits]
        watching = self._streams.watching([DESK])
        _put(watching, self._streams.said("desk", waits=waits))
        for number, talk in desk.talks.items() if before else ():
            known = before.talks.get(number)
            is_news = known is None or known.last < talk.last
            if talk.waits and (is_news or not known.waits):
                _put(watching, self._streams.said("waiting", **facts.waiting(number, talk)))
            elif talk.asks and is_news:
                holders = [stream for stream in watching if stream.right.user == talk.taken_by]
                _put(holders, self._streams.said("waiting", **facts.waiting(number, talk, is_theirs=True)))


def _sign(rooms: set[UUID], theirs: set[EmployeesRight], *, now: datetime) -> None:
    """Who has logged out, or may not answer any more, is not there, although a page is still open."""
    employees = {right.user for right in (kept(theirs, now=now) if theirs else ())}
    facts.sign(rooms=rooms, employees=employees, now=now)


def _put(streams: Iterable[Stream], chunk: Chunk) -> None:
    for stream in streams:
        stream.put(chunk)
