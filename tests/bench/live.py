"""A thousand open pages: what each costs the process that serves them, and when all of them hear of a change."""

import asyncio
import json
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

from bench import road
from bench.cost import cpu_seconds

SETTLES_WITHIN_S = 60
WARM = 50  # streams that are opened and closed before anything is measured


class Pages:
    """Open streams, read in a thread of their own. Each notes when it heard that an order was shipped."""

    def __init__(self, url: str, cookies: dict[str, str]):
        self._place = urlsplit(url)
        cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
        self._request = f"GET /sse/orders/ HTTP/1.1\r\nHost: {self._place.netloc}\r\nCookie: {cookie}\r\n\r\n".encode()
        self.heard: dict[str, list[float]] = {}
        self.opened = 0
        self._following = []  # a loop alone does not keep its tasks alive
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()

    def open(self, how_many: int) -> None:
        goal = self.opened + how_many
        for first in range(0, how_many, WARM):
            for _ in range(min(WARM, how_many - first)):
                self._following.append(asyncio.run_coroutine_threadsafe(self._follow(), self._loop))
            wait_until(lambda: self.opened >= min(goal, goal - how_many + first + WARM))

    def close(self) -> None:
        for following in self._following:
            following.cancel()

    async def _follow(self) -> None:
        reader, writer = await asyncio.open_connection(self._place.hostname, self._place.port)
        writer.write(self._request)
        try:
            status = (await reader.readline()).split()[1]
            assert status == b"200", status
            self.opened += 1
            while line := await reader.readline():
                if line.startswith(b"data: "):
                    told = json.loads(line[6:])
                    if told["state"] == "shipped":
                        self.heard.setdefault(told["order"], []).append(time.monotonic())
        finally:
            writer.close()


def open_pages(bookshop, shop, store, login: dict, books: list[int], *, pages: int, orders: int) -> dict:
    """This function will open so many pages that all follow the same orders, ship these, and wait until all have heard."""
    let_in(bookshop, pages + WARM)
    numbers = [number for number, _ in road.place_orders(shop, books, orders)]
    for number in numbers:
        road.wait_for_state(shop, number, "accepted")
    cookies = shop.session.cookies.get_dict()
    warm, watching = Pages(bookshop.live.url, cookies), Pages(bookshop.live.url, cookies)
    warm.open(WARM)
    warm.close()
    time.sleep(1)
    pid = bookshop.live.process.pid
    before = memory_kb(pid)
    watching.open(pages)
    time.sleep(2)
    each_kb = (memory_kb(pid) - before) / pages
    road.log_in(store, login)
    delays, used = [], cpu_seconds(pid)
    for number in numbers:
        saved = road.ship(store, number)
        wait_until(lambda number=number: len(watching.heard.get(number, ())) >= pages)
        delays += [moment - saved for moment in watching.heard[number][:pages]]
    used = cpu_seconds(pid) - used
    watching.close()
    figures = {"pages": pages, "orders": orders, "kb_each": round(each_kb, 1), "heard_s": road.spread(delays)}
    return figures | {"cpu_ms_a_change": round(used / orders * 1000, 1)}


def let_in(bookshop, streams: int) -> None:
    """All our pages and sockets are of one visitor at one address."""
    bookshop.live.stop()
    names = [f"LIVE_{kind}{of}" for kind in ("STREAMS", "SOCKETS") for of in ("", "_PER_ADDRESS", "_PER_VISITOR")]
    bookshop.live.env |= dict.fromkeys(names, str(streams))
    bookshop.live.start()
    bookshop.live.wait_until_ready()


def memory_kb(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS:")).split()[1])


def wait_until(condition) -> None:
    deadline = time.monotonic() + SETTLES_WITHIN_S
    while not condition():
        assert time.monotonic() < deadline, f"It has not happened within {SETTLES_WITHIN_S} s."
        time.sleep(0.02)
