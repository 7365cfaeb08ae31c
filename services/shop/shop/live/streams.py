"""What is open in one process: what waits for each client, who watches what, and how many there may be."""

import asyncio
import json
import random
from collections import deque
from collections.abc import AsyncIterator, Hashable, Iterable
from typing import Protocol

from shop.live.places import Place, Places
from shop.live.rights import AnyRight

MOST_WAITING = 64  # chunks of a client that does not read them; it comes back and resumes
RETRY_MS = (1_000, 6_000)  # after how long a client comes back: spread, so that after a restart not all come at once

Chunk = bytes | str  # as it goes out: a piece of an event stream, or a websocket's message

LEFT, SLOW, UNLAWFUL, WE_STOP = "client left", "does not read", "may not any more", "we stop"


class Told(Protocol):
    """Something that happened, as the streams see it.

    :ivar topics: whoever watches one of them hears of it.
    :ivar kind: its name on the wire.
    """

    id: int
    kind: str
    topics: frozenset[Hashable]
    data: dict


class Watched(Protocol):
    """What a stream tells of, and the source whose ids its client comes back with; empty where it cannot."""

    topics: frozenset[Hashable]
    source: str


class Stream:
    """What waits for one client. Who reads it calls pieces(); everybody else puts in and never waits."""

    __slots__ = ("right", "watch", "place", "_waiting", "_changed", "_ended")

    def __init__(self, right: AnyRight, watch: Watched, place: Place):
        self.right, self.watch, self.place = right, watch, place
        self._waiting: deque[Chunk] = deque()
        self._changed = asyncio.Event()
        self._ended = ""

    @property
    def ended(self) -> str:
        """Why it has ended; empty while it has not."""
        return self._ended

    def put(self, chunk: Chunk) -> None:
        if len(self._waiting) >= MOST_WAITING:
            self._waiting.clear()
            self.end(SLOW)
        elif not self._ended:
            self._waiting.append(chunk)
            self._changed.set()

    def put_first(self, chunk: Chunk) -> None:
        self._waiting.appendleft(chunk)
        self._changed.set()

    def end(self, why: str, last: Chunk = b"") -> None:
        if not self._ended:
            if last:
                self._waiting.append(last)
            self._ended = why
            self._changed.set()

    async def pieces(self) -> AsyncIterator[list[Chunk]]:
        """This function will yield what is put in, all that waits at once, until the stream has ended."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            if self._waiting:
                ready = list(self._waiting)
                self._waiting.clear()
                yield ready
            if self._ended and not self._waiting:
                return


class Streams:
    """All event streams of this process."""

    def __init__(self, places: Places, chance: random.Random):
        self.places, self._chance = places, chance
        self._all: set[Stream] = set()
        self._of_topic: dict[Hashable, set[Stream]] = {}
        self.closing = False

    def __len__(self) -> int:
        return len(self._all)

    def open(self, right: AnyRight, watch: Watched, place: Place) -> Stream:
        """This function will have a client who has a place hear of what it watches."""
        stream = Stream(right, watch, place)
        self._all.add(stream)
        for topic in watch.topics:
            self._of_topic.setdefault(topic, set()).add(stream)
        return stream

    def forget(self, stream: Stream) -> None:
        self._all.discard(stream)
        for topic in stream.watch.topics:
            self._of_topic[topic].discard(stream)
            if not self._of_topic[topic]:
                del self._of_topic[topic]

    def watching(self, topics: Iterable[Hashable]) -> set[Stream]:
        return set().union(*(self._of_topic.get(topic, ()) for topic in topics))

    def tell(self, events: Iterable[Told], *, settled: int) -> None:
        """This function will hand events on, oldest first, to those who watch them.

        Each goes under a number up to which its client has then heard everything, for when it comes back.
        """
        for event in events:
            if watching := self.watching(event.topics):
                chunk = self.written(event, settled=settled)
                for stream in watching:
                    stream.put(chunk)

    def beat(self, settled: dict[str, int]) -> None:
        """Heartbeats keep what lies between from closing a quiet connection, and find out who has gone."""
        chunks = {source: self.heartbeat(number) for source, number in settled.items()}
        without = self.heartbeat(None)
        for stream in self._all:
            stream.put(chunks.get(stream.watch.source, without))

    def all(self) -> list[Stream]:
        return list(self._all)

    def rights(self) -> set[AnyRight]:
        return {stream.right for stream in self._all}

    def close_unlawful(self, asked: set[AnyRight], kept: set[AnyRight]) -> None:
        """:param asked: the rights that were asked about; who has come since has been asked at the door."""
        for stream in list(self._all):
            if stream.right in asked and stream.right not in kept:
                stream.end(UNLAWFUL)

    def close(self) -> None:
        """This function will end all streams; their clients come back by themselves, each in its own time."""
        self.closing = True
        for stream in self._all:
            stream.end(WE_STOP, last=self.retry())

    def retry(self) -> Chunk:
        return b"retry: %d\n\n" % self._chance.randint(*RETRY_MS)

    def written(self, event: Told, *, settled: int) -> Chunk:
        return f"id: {min(event.id, settled)}\nevent: {event.kind}\ndata: {json.dumps(event.data)}\n\n".encode()

    def said(self, kind: str, **fields) -> Chunk:
        """Something without a number, which is not told again to who comes back."""
        return f"event: {kind}\ndata: {json.dumps(fields)}\n\n".encode()

    def heartbeat(self, settled: int | None) -> Chunk:
        return b": still here\n\n" if settled is None else b": still here\nid: %d\n\n" % settled

    def opening(self, missed: Iterable[Told], *, settled: int) -> bytes:
        """What a client hears first: after how long to come back, what it missed, and from where on it is up to date."""
        told = (self.written(event, settled=settled) for event in missed)
        return b"".join([self.retry(), *told, b"id: %d\n\n" % settled])


class Sockets(Streams):
    """All websockets of this process: each chunk is a message of its own, and the end has a number that says why."""

    def retry(self) -> Chunk:
        return ""

    def written(self, event: Told, *, settled: int) -> Chunk:
        return message(event.kind, id=min(event.id, settled), **event.data)

    def said(self, kind: str, **fields) -> Chunk:
        return message(kind, **fields)

    def heartbeat(self, settled: int | None) -> Chunk:
        return message("here") if settled is None else message("here", id=settled)


def message(kind: str, **fields) -> str:
    return json.dumps({"type": kind, **fields})
