"""The process that holds what stays open: its doors, its start, and its end on TERM."""

import asyncio
import json
import random
import signal
import threading

from channels.routing import URLRouter
from channels.security.websocket import WebsocketDenier
from django.conf import settings
from django.urls import path, re_path

from shop.chat.news import CHANNEL as TALKS
from shop.chat.signals import Signals
from shop.chat.sockets import DeskDoor, DesksTalk, ShoppersTalk
from shop.chat.teller import TalkTeller
from shop.live.database import Database
from shop.live.door import Door, OrdersDoor, answer
from shop.live.listener import Listener
from shop.live.places import Places
from shop.live.programs import OrdersSocket, SoldSocket
from shop.live.reading import ORDERS
from shop.live.sold import SoldTeller
from shop.live.streams import Sockets, Streams


class Live:
    _doors: dict[str, Door] = {}

    def __init__(self) -> None:
        chance = random.Random()
        self.streams = Streams(
            Places(
                per_visitor=settings.LIVE_STREAMS_PER_VISITOR,
                per_address=settings.LIVE_STREAMS_PER_ADDRESS,
                most=settings.LIVE_STREAMS,
            ),
            chance,
        )
        self.sockets = Sockets(
            Places(
                per_visitor=settings.LIVE_SOCKETS_PER_VISITOR,
                per_address=settings.LIVE_SOCKETS_PER_ADDRESS,
                most=settings.LIVE_SOCKETS,
            ),
            chance,
        )
        self._to_sockets = URLRouter(
            [
                path("ws/orders/", OrdersSocket.as_asgi(live=self)),
                path("ws/sold_skus/", SoldSocket.as_asgi(live=self)),
                path("ws/talks/<uuid:number>/", ShoppersTalk.as_asgi(live=self)),
                path("ws/desk/<uuid:number>/", DesksTalk.as_asgi(live=self)),
                re_path("", WebsocketDenier.as_asgi()),
            ]
        )

    async def __call__(self, scope: dict, receive, send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "websocket":
            await self._to_sockets(scope, receive, send)
        elif door := self._doors.get(scope["path"]):
            await door(scope, receive, send)
        elif scope["path"] == "/health/live":
            await answer(send, 200, "alive\n")
        elif scope["path"] == "/health/ready":
            open_now = {"streams": len(self.streams), "sockets": len(self.sockets.places)}
            body = {"ready": self.listener.is_well, **open_now}
            await answer(send, 200 if self.listener.is_well else 503, json.dumps(body), kind="application/json")
        else:
            await answer(send, 404, "Nothing is here.\n")

    async def _live(self, receive, send) -> None:
        await receive()
        await self.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.stop()
        await send({"type": "lifespan.shutdown.complete"})

    async def start(self) -> None:
        self.database = Database()
        self.sold = SoldTeller(self.sockets, self.database)
        self.talks = TalkTeller(self.streams, self.sockets, self.database)
        self.signals = Signals(self.sockets)
        self.listener = Listener(
            [self.streams, self.sockets],
            self.database,
            settings.REDIS_URL,
            [ORDERS],
            also=self.sold.note,
            ears={TALKS: self.talks.hear},
        )
        kinds = {"/sse/orders/": OrdersDoor, "/sse/desk/": DeskDoor}
        self._doors = {path: kind(self.streams, self.listener, self.database) for path, kind in kinds.items()}
        self.listener.start()
        work = (
            self.sold.tell_for_ever(),
            self.talks.tell_for_ever(),
            self.talks.sign_for_ever(),
            self.signals.hear_for_ever(),
        )
        self._work = [asyncio.create_task(each) for each in work]
        _before_the_end(self.close)

    def close(self) -> None:
        self.streams.close()
        self.sockets.close()

    async def stop(self) -> None:
        self.close()
        for task in self._work:
            task.cancel()
        await asyncio.gather(*self._work, return_exceptions=True)
        await self.listener.stop()
        self.database.close()


def _before_the_end(close) -> None:
    """uvicorn tells us of its end when all answers are finished, and ours never are: so TERM is heard here, too."""
    if threading.current_thread() is not threading.main_thread():
        return  # in a test; there no signal arrives
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        server = signal.getsignal(number)

        def ended(received, frame, server=server):
            loop.call_soon_threadsafe(close)
            if callable(server):
                server(received, frame)

        signal.signal(number, ended)
