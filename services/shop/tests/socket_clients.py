"""Websockets without a network: the process of what stays open in a loop of its own, and clients that talk to it as ASGI does."""

import asyncio
import json
import threading
import time
from contextlib import contextmanager

import jsonschema
from asgiref.testing import ApplicationCommunicator

WITHIN_S = 30
OURS = "http://127.0.0.1:8000"


class SocketClient:
    """One websocket, used from the test's own thread.

    :ivar closed: the number it was closed with; None while it is open, 403 if it was never let in.
    """

    def __init__(self, process, path, *, headers=(), subprotocols=()):
        address, _, query = path.partition("?")
        self._process, self._path = process, address
        self.closed, self.reason, self.heard = None, "", []
        scope = {
            "type": "websocket",
            "scheme": "ws",
            "path": address,
            "query_string": query.encode(),
            "headers": [(name.lower().encode(), value.encode()) for name, value in dict(headers).items()],
            "subprotocols": list(subprotocols),
            "server": ("127.0.0.1", 8000),
            "client": ("127.0.0.1", 50_000),
        }
        self._talk = self._do(self._begin(scope))
        self._give({"type": "websocket.connect"})
        first = self._take()
        if first["type"] == "websocket.close":
            self.closed = 403
        self.subprotocol = first.get("subprotocol")

    async def _begin(self, scope):
        return ApplicationCommunicator(self._process.live, scope)

    def _do(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._process.loop).result(WITHIN_S * 2)

    def _give(self, message):
        self._do(self._talk.send_input(message))

    def _take(self):
        return self._do(self._talk.receive_output(WITHIN_S))

    def say(self, kind, **fields):
        return self.say_text(json.dumps({"type": kind, **fields}))

    def say_text(self, text):
        self._give({"type": "websocket.receive", "text": text})
        return self

    def say_bytes(self, data):
        self._give({"type": "websocket.receive", "bytes": data})
        return self

    def hear(self, kind=None):
        """The next message, or the next of a kind; None once it is closed."""
        while True:
            said = self._take()
            if said["type"] == "websocket.close":
                self.closed, self.reason = said["code"], said.get("reason", "")
                return None
            self.heard.append(json.loads(said["text"]))
            check(self._path, self.heard[-1])
            if kind in (None, self.heard[-1]["type"]):
                return self.heard[-1]

    def end(self):
        """What number it is closed with, and nothing more is said before."""
        while self.closed is None:
            self.hear()
        return self.closed

    def leave(self):
        self._give({"type": "websocket.disconnect", "code": 1001})
        self._do(self._talk.wait(WITHIN_S))


def check(path, message):
    """Each message that is heard is as docs/asyncapi.yaml has it."""
    from shop.live.description import description

    described = description()
    for channel in described["channels"].values():
        if channel["address"] == path:
            shapes = [described["components"]["messages"][name]["payload"] for name in channel["messages"]]
            (shape,) = (one for one in shapes if one["properties"]["type"]["const"] == message["type"])
            jsonschema.validate(message, shape)


class Process:
    def __init__(self, live, loop):
        self.live, self.loop, self._opened = live, loop, []

    def open(self, path, **options):
        self._opened.append(SocketClient(self, path, **options))
        return self._opened[-1]

    def leave_all(self):
        for client in self._opened:
            client._do(client._talk.send_input({"type": "websocket.disconnect", "code": 1001}))


@contextmanager
def process():
    from shop.live.application import Live

    live, loop = Live(), asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()
    asyncio.run_coroutine_threadsafe(live.start(), loop).result(WITHIN_S)
    deadline = time.monotonic() + WITHIN_S
    while live.listener.settled is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    running = Process(live, loop)
    try:
        yield running
    finally:
        running.leave_all()
        asyncio.run_coroutine_threadsafe(live.stop(), loop).result(WITHIN_S)
        loop.call_soon_threadsafe(loop.stop)


def access(user, *, scope="", second_step=False):
    """An access token, as the API gives it."""
    from django.utils import timezone

    from shop.api import tokens

    return tokens.begin(user, second_step=second_step, client="tests", now=timezone.now(), scope=scope).access
