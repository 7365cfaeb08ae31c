"""One listener for all that is open in a process: it looks for what is new once, hands it on, and sees to everybody's rights."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence

import redis.asyncio
from django.utils import timezone
from redis.exceptions import RedisError

from shop.live import cutting, rights
from shop.live.database import Database, DatabaseAway
from shop.live.hint import CHANNEL
from shop.live.position import Position
from shop.live.reading import ORDERS
from shop.live.source import Source
from shop.live.streams import Streams, Told

log = logging.getLogger(__name__)

LOOK_EVERY_S = 2.0  # without a hint
LOOKS_APART_S = 0.05  # many hints at once are one look
BEAT_EVERY_S = 15.0  # heartbeats, and whether everybody may still watch
LESS_AFTER_S = 0.5  # after a hint that somebody may do less: many are one look, and who logs out is out by then
WELL_WITHIN_S = 30.0
HINTS_AGAIN_S = 2.0


class Listener:
    def __init__(
        self,
        everything: Sequence[Streams],
        database: Database,
        redis_url: str,
        sources: Sequence[Source],
        also: Callable[[list[Told]], None],
        ears: dict[str, Callable[[str], None]],
    ):
        """
        :param also: is told of all events as well.
        :param ears: by the channel of other hints, who hears them.
        """
        self._less = asyncio.Event()
        self._ears = {**ears, CHANNEL: lambda words: self.wake(), cutting.CHANNEL: lambda words: self._less.set()}
        self._everything, self._database, self._redis_url = everything, database, redis_url
        self._sources, self._also = sources, also
        self._positions: dict[str, Position] = {}
        self._looked = float("-inf")
        self._hint = asyncio.Event()
        self._tasks: list[asyncio.Task] = []

    @property
    def settled(self) -> int | None:
        return self.settled_of(ORDERS.name)

    @property
    def newest(self) -> int:
        return self.newest_of(ORDERS.name)

    def settled_of(self, source: str) -> int | None:
        """Up to which of its rows everything was handed on; None before the first look."""
        return self._positions[source].settled if source in self._positions else None

    def newest_of(self, source: str) -> int:
        return self._positions[source].newest if source in self._positions else 0

    @property
    def is_well(self) -> bool:
        return time.monotonic() - self._looked < WELL_WITHIN_S

    def start(self) -> None:
        work = [self._look_for_ever(), self._beat_for_ever(), self._cut_for_ever()]
        if self._redis_url:
            work.append(self._hear_hints())
        self._tasks = [asyncio.create_task(each) for each in work]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def wake(self) -> None:
        """This function will have it look now; for what was written by this very process."""
        self._hint.set()

    async def _look_for_ever(self) -> None:
        more = False
        while True:
            if not more:
                await self._wait_for_hint()
            try:
                more = await self._look()
            except DatabaseAway as error:
                more = False
                log.warning("What is new could not be read: %s", type(error).__name__)
            await asyncio.sleep(LOOKS_APART_S)

    async def _wait_for_hint(self) -> None:
        if len(self._positions) < len(self._sources):
            self._hint.set()  # the first look waits for nothing
        try:
            async with asyncio.timeout(LOOK_EVERY_S):
                await self._hint.wait()
        except TimeoutError:
            pass
        self._hint.clear()

    async def _look(self) -> bool:
        more = [await self._look_at(source) for source in self._sources]
        self._looked = time.monotonic()
        return any(more)

    async def _look_at(self, source: Source) -> bool:
        position = self._positions.get(source.name) or await self._database.ask(source.begin)
        events, more = await self._database.ask(source.look, position)
        self._positions[source.name] = position
        for streams in self._everything:
            streams.tell(events, settled=position.settled)
        self._also(events)
        return more

    async def _beat_for_ever(self) -> None:
        while True:
            await asyncio.sleep(BEAT_EVERY_S)
            await self._close_unlawful()
            settled = {source.name: self.settled_of(source.name) or 0 for source in self._sources}
            for streams in self._everything:
                streams.beat(settled)

    async def _cut_for_ever(self) -> None:
        while True:
            await self._less.wait()
            await asyncio.sleep(LESS_AFTER_S)
            self._less.clear()
            await self._close_unlawful()

    async def _close_unlawful(self) -> None:
        asked = set().union(*(streams.rights() for streams in self._everything))
        try:
            kept = await self._database.ask(rights.kept, asked, now=timezone.now())
            for streams in self._everything:
                streams.close_unlawful(asked, kept)
        except DatabaseAway as error:
            # Nothing is told meanwhile either: what there is to tell comes from the same database.
            log.warning("Who may watch could not be read: %s", type(error).__name__)

    async def _hear_hints(self) -> None:
        while True:
            try:
                async with redis.asyncio.Redis.from_url(
                    self._redis_url, socket_connect_timeout=1, health_check_interval=10
                ) as client:
                    await self._hear(client)
            except (RedisError, OSError) as error:
                log.warning("No hints of what is new, so it is looked for by the clock: %s", type(error).__name__)
            await asyncio.sleep(HINTS_AGAIN_S)

    async def _hear(self, client: redis.asyncio.Redis) -> None:
        async with client.pubsub() as channel:
            await channel.subscribe(*self._ears)
            async for heard in channel.listen():
                name, words = heard["channel"].decode(), heard["data"]
                self._ears[name](words.decode() if isinstance(words, bytes) else "")
