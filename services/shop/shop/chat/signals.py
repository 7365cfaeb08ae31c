"""Signals between the pages of a talk, which are kept nowhere and may be lost: that somebody is writing.

Pages of this process hear them at once; those of other processes through Channels' layer on Redis, by one ear for all.
"""

import asyncio
import logging
import time
import uuid
from collections.abc import Callable
from uuid import UUID

from channels.layers import get_channel_layer
from redis.exceptions import RedisError

from shop.chat.models import Side
from shop.chat.standing import topic_of
from shop.live.streams import Sockets

log = logging.getLogger(__name__)

GROUP = "talks"
WITHIN_S = 0.5
AGAIN_S = 2.0
QUIET_AFTER_FAILURE_S = 5.0
AWAY = (RedisError, OSError, TimeoutError)


class Signals:
    def __init__(self, sockets: Sockets, clock: Callable[[], float] = time.monotonic):
        self._sockets, self._clock = sockets, clock
        self._layer = get_channel_layer()
        self._own = uuid.uuid4().hex
        self._quiet_until = float("-inf")

    async def writing(self, room: UUID, side: Side, name: str) -> None:
        """This function will tell the other side of a talk that somebody is writing."""
        self._tell(room, side, name)
        if self._layer is None or self._clock() < self._quiet_until:
            return
        signal = {"type": "writing", "room": str(room), "side": str(side), "name": name, "from": self._own}
        try:
            async with asyncio.timeout(WITHIN_S):
                await self._layer.group_send(GROUP, signal)
        except AWAY as error:
            self._quiet_until = self._clock() + QUIET_AFTER_FAILURE_S
            log.warning("Pages of other processes do not hear who is writing: %s", type(error).__name__)

    async def hear_for_ever(self) -> None:
        while self._layer is not None:
            try:
                await self._hear()
            except AWAY as error:
                log.warning("No signals of other processes: %s", type(error).__name__)
                await self._layer.flush()  # what it half subscribed to, too
            await asyncio.sleep(AGAIN_S)

    async def _hear(self) -> None:
        own = await self._layer.new_channel()
        await self._layer.group_add(GROUP, own)
        while True:
            signal = await self._layer.receive(own)
            if signal["from"] != self._own:
                self._tell(UUID(signal["room"]), Side(signal["side"]), signal["name"])

    def _tell(self, room: UUID, side: Side, name: str) -> None:
        chunk = self._sockets.said("writing", side=str(side), name=name)
        for stream in self._sockets.watching([topic_of(room)]):
            if stream.watch.side != side:
                stream.put(chunk)
