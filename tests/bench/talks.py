"""A thousand open websockets, and two hundred talks: what each socket costs, and when what is written is read."""

import asyncio
import json
import threading
import time
import uuid

import psycopg
from websockets.asyncio.client import connect

from bench import road
from bench.cost import cpu_seconds
from bench.live import let_in, memory_kb, wait_until
from prove.browser import token_in

WARM = 20  # sockets that are opened and closed before anything is measured
AT_A_TIME = 20
EACH_S = 8.0  # a room says something this often, its two sides in turn
ROOM = """
INSERT INTO chat_room (number, key, user_id, name, email, network, state, opened_at, last_at, last, read_by_shopper,
                       read_by_staff, mailed_to_shopper, mailed_to_staff)
SELECT number, gen_random_uuid(), %(user)s, 'Alice', %(email)s, 'bench', 'waiting', now(), now(), 0, 0, 0, 0, 0
FROM unnest(%(numbers)s::uuid[]) AS number
"""


class Sockets:
    """Open websockets, read in a thread of their own. Each notes when it heard what."""

    def __init__(self, bookshop):
        self._place, self._origin = bookshop.live.url.replace("http", "ws"), bookshop.shop.url
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self.open, self.sent, self.delays = [], {}, []
        self._reading = []

    def do(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(300)

    async def enter(self, path: str, cookies: dict, first: dict | None = None, side: str = ""):
        cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
        quiet = {"compression": None, "ping_interval": None, "open_timeout": 60, "close_timeout": 1}
        socket = await connect(
            f"{self._place}{path}", additional_headers={"Cookie": cookie}, origin=self._origin, **quiet
        )
        if first:
            await socket.send(json.dumps(first))
        while json.loads(await socket.recv())["type"] not in ("here", "talk"):
            pass
        self.open.append(socket)
        self._reading.append(asyncio.create_task(self._read(socket, side)))
        return socket

    async def enter_all(self, wanted: list[tuple]) -> list:
        found = []
        for first in range(0, len(wanted), AT_A_TIME):
            found += await asyncio.gather(*(self.enter(*one) for one in wanted[first : first + AT_A_TIME]))
        return found

    async def _read(self, socket, side: str) -> None:
        async for text in socket:
            said = json.loads(text)
            if said["type"] == "message" and said["side"] != side and said["client_id"] in self.sent:
                self.delays.append(time.monotonic() - self.sent.pop(said["client_id"]))
            assert said["type"] != "refused", said

    async def leave(self) -> None:
        await asyncio.gather(*(socket.close() for socket in self.open))

    async def talk(self, pairs: list[tuple], seconds: float) -> None:
        """Each pair in turn, spread over the time."""
        await asyncio.gather(*(self._talk(pair, n / len(pairs) * EACH_S, seconds) for n, pair in enumerate(pairs)))

    async def _talk(self, pair: tuple, wait: float, seconds: float) -> None:
        until = time.monotonic() + seconds
        await asyncio.sleep(wait)
        turn = 0
        while time.monotonic() < until:
            client_id = str(uuid.uuid4())
            self.sent[client_id] = time.monotonic()
            words = {"type": "say", "client_id": client_id, "text": f"Words of turn {turn}."}
            await pair[turn % 2].send(json.dumps(words))
            turn += 1
            await asyncio.sleep(EACH_S)


def open_talks(bookshop, *, sockets: int, rooms: int, seconds: float) -> dict:
    """This function will open so many sockets, of them two for each of the rooms, have these talk, and measure."""
    let_in(bookshop, sockets + WARM)
    logins = bookshop.card()["logins"]
    shopper, agent = (_cookies(bookshop, logins[who]) for who in ("customer", "agent"))
    numbers = _make_rooms(bookshop, logins["customer"]["email"], rooms)
    follow = {"type": "follow", "token": _token(bookshop, logins["customer"])}
    pid, warm, watching = bookshop.live.process.pid, Sockets(bookshop), Sockets(bookshop)
    warm.do(warm.enter_all([("/ws/orders/", {}, follow)] * WARM))
    warm.do(warm.enter(f"/ws/talks/{numbers[0]}/", shopper))
    warm.do(warm.leave())
    time.sleep(1)
    before = memory_kb(pid)
    ours = [(f"/ws/talks/{number}/", shopper, None, "shopper") for number in numbers]
    theirs = [(f"/ws/desk/{number}/", agent, None, "staff") for number in numbers]
    opened = watching.do(watching.enter_all(ours + theirs))
    watching.do(watching.enter_all([("/ws/orders/", {}, follow)] * (sockets - len(opened))))
    time.sleep(2)
    each_kb = (memory_kb(pid) - before) / sockets
    used = cpu_seconds(pid)
    watching.do(watching.talk(list(zip(opened[:rooms], opened[rooms:], strict=True)), seconds))
    wait_until(lambda: not watching.sent)
    used = cpu_seconds(pid) - used
    watching.do(watching.leave())
    read = road.spread(watching.delays)
    figures = {"sockets": sockets, "rooms": rooms, "messages": len(watching.delays), "kb_each": round(each_kb, 1)}
    return figures | {"read_s": read, "cpu_ms_a_message": round(used / len(watching.delays) * 1000, 1)}


def _cookies(bookshop, login: dict) -> dict[str, str]:
    browser = road.new_browser(bookshop.shop.url)
    form = {"csrfmiddlewaretoken": token_in(browser.get("/accounts/login/").text)}
    browser.post("/accounts/login/", form | {"login": login["email"], "password": login["password"]})
    return browser.session.cookies.get_dict()


def _token(bookshop, login: dict) -> str:
    browser = road.new_browser(bookshop.shop.url)
    asked = {"username": login["email"], "password": login["password"]}
    return browser.session.post(f"{bookshop.shop.url}/auth/token/", json=asked, timeout=30).json()["access"]


def _make_rooms(bookshop, email: str, rooms: int) -> list[uuid.UUID]:
    """As many as no shopper could begin in an hour."""
    numbers = [uuid.uuid4() for _ in range(rooms)]
    with psycopg.connect(bookshop.postgres.url("shop")) as database:
        (user,) = database.execute("SELECT id FROM accounts_user WHERE email = %s", [email]).fetchone()
        database.execute(ROOM, {"user": user, "email": email, "numbers": numbers})
    return numbers
