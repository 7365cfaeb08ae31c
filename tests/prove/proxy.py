"""A small TCP proxy in front of every server, so that a connection can be broken without touching either end."""

import asyncio
import random
import threading
from collections.abc import Callable, Coroutine
from enum import Enum

from parts.ports import HOST

CHUNK_BYTES = 65_536


class Mode(Enum):
    PASS = "pass"
    REFUSE = "refuse"  # nobody listens, and who was connected is cut off
    HOLE = "hole"  # connections are taken, and not a byte gets through
    LOST_ANSWER = "lost_answer"  # requests get through; some answers are lost together with their connection
    SLOW = "slow"  # every piece waits a moment of its own, so that what was close together drifts apart


class Link:
    """One listening port and the server behind it."""

    def __init__(self, name: str, port: int, to_port: int, *, lost_share: float = 0.3, slow_s: float = 0.02):
        """:param lost_share: of the answers' pieces, while in LOST_ANSWER; :param slow_s: longest wait while in SLOW."""
        self.name, self.port, self.to_port = name, port, to_port
        self.lost_share, self.slow_s = lost_share, slow_s
        self.mode = Mode.PASS
        self.broken = 0  # conversations that we ended
        self._chance = random.Random(name)
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._healed = asyncio.Event()

    async def listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, HOST, self.port)

    async def turn(self, mode: Mode) -> None:
        """This function will change the mode. A connection that lost bytes is never taken up again."""
        was, self.mode = self.mode, mode
        if mode is Mode.REFUSE and self._server:
            self._server.close()
            self._server = None
        if mode is Mode.REFUSE or was is Mode.HOLE:
            self._break_all()
        if mode is Mode.HOLE:
            self._healed.clear()
        else:
            self._healed.set()
        if mode is not Mode.REFUSE and self._server is None:
            await self.listen()

    async def close(self) -> None:
        if self._server:
            self._server.close()
            self._server = None
        self._healed.set()
        self._break_all()

    def _break_all(self) -> None:
        for writer in list(self._open):
            self._break(writer)

    def _break(self, writer: asyncio.StreamWriter) -> None:
        if writer in self._open:
            self._open.discard(writer)
            self.broken += 1
        writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        server = None
        try:
            await self._wait_in_hole()
            to_reader, server = await asyncio.open_connection(HOST, self.to_port)
            there = self._pump(reader, server, writer, answers=False)
            back = self._pump(to_reader, writer, writer, answers=True)
            await asyncio.gather(there, back)
        except (OSError, asyncio.CancelledError):
            pass  # one of the ends is gone, or we close; whoever is left will notice as we leave
        finally:
            self._open.discard(writer)
            for end in (writer, server):
                if end:
                    end.transport.abort() if self.mode is Mode.REFUSE else end.close()

    async def _pump(
        self, source: asyncio.StreamReader, to: asyncio.StreamWriter, client: asyncio.StreamWriter, *, answers: bool
    ) -> None:
        while piece := await source.read(CHUNK_BYTES):
            await self._wait_in_hole()
            if self.mode is Mode.SLOW:
                await asyncio.sleep(self._chance.uniform(0, self.slow_s))
            if answers and self.mode is Mode.LOST_ANSWER and self._chance.random() < self.lost_share:
                self._break(client)
                raise ConnectionAbortedError
            to.write(piece)
            await to.drain()
        if to.can_write_eof():
            to.write_eof()

    async def _wait_in_hole(self) -> None:
        if self.mode is Mode.HOLE:
            await self._healed.wait()
            raise ConnectionAbortedError


class Links:
    """All proxies, in one thread with a loop of its own. A part with several ports has several links of one name."""

    def __init__(self):
        self._links: dict[str, list[Link]] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxies", daemon=True)
        self._thread.start()

    def __getitem__(self, name: str) -> Link:
        """The first link of this name."""
        return self._links[name][0]

    @property
    def broken(self) -> int:
        """Conversations ended by us on all links."""
        return sum(link.broken for link in self._all())

    def add(self, name: str, port: int, to_port: int, **options: float) -> Link:
        async def make() -> Link:
            link = Link(name, port, to_port, **options)
            await link.listen()
            return link

        link = self._run(make)
        self._links.setdefault(name, []).append(link)
        return link

    def turn(self, name: str, mode: Mode) -> None:
        for link in self._links[name]:
            self._run(lambda link=link: link.turn(mode))

    def close(self) -> None:
        self._run(self._close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _all(self) -> list[Link]:
        return [link for links in self._links.values() for link in links]

    async def _close(self) -> None:
        for link in self._all():
            await link.close()
        conversations = asyncio.all_tasks() - {asyncio.current_task()}
        for conversation in conversations:
            conversation.cancel()
        await asyncio.gather(*conversations, return_exceptions=True)

    def _run(self, make: Callable[[], Coroutine]):
        return asyncio.run_coroutine_threadsafe(make(), self._loop).result(timeout=10)
