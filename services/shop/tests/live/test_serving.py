"""The process by itself: it needs no Redis, tells its clients of its end, and is quick where Redis is there."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from socket import create_connection, socket
from uuid import uuid4

import pytest
import redis
from django.apps import apps
from django.utils import timezone
from live_clients import Client, browser_of, move, new_order, serving
from socket_clients import OURS, access
from tests.chat.conftest import agent, begin  # noqa: F401
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from shop.live import hint
from shop.live.hint import Hint
from shop.orders import cancelling, paying
from shop.orders.states import State
from shop.staff.groups import set_up

SERVICE = Path(__file__).parents[2]
NOWHERE = "redis://127.0.0.1:9/0"


@pytest.fixture
def start(transactional_db, settings):
    """uvicorn as it runs beside gunicorn, on the test's database; answers the process and its port."""
    with ExitStack() as running:
        yield lambda redis_url: running.enter_context(_process(settings, redis_url))


@pytest.fixture
def process(start):
    return start(NOWHERE)


@contextmanager
def _process(settings, redis_url):
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    place = settings.DATABASES["default"]
    url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**place)
    command = [sys.executable, "-m", "uvicorn", "shop.asgi:application", "--port", str(port), "--no-access-log"]
    env = {**os.environ, "DATABASE_URL": url, "REDIS_URL": redis_url, "DATABASE_POOL": "1"}
    env |= {"CSRF_TRUSTED_ORIGINS": OURS, "STAFF_TOTP": "0"}
    command += ["--timeout-graceful-shutdown", "20", "--ws-max-size", "4096", "--ws-per-message-deflate", "false"]
    started = subprocess.Popen(command, cwd=SERVICE, env=env)
    try:
        deadline = time.monotonic() + 30
        while not (_answers(port) and Client(port, "/health/ready", {}).status == 200):
            assert started.poll() is None and time.monotonic() < deadline
            time.sleep(0.05)
        yield started, port
    finally:
        started.kill()
        started.wait()


def _answers(port):
    try:
        create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def test_without_redis_it_looks_by_itself_and_on_term_it_sends_everybody_off_at_once(process, alice):
    started, port = process
    order = new_order(alice)
    program = connect(f"ws://127.0.0.1:{port}/ws/orders/", open_timeout=30, close_timeout=1)
    socket = program.__enter__()
    socket.send(json.dumps({"type": "follow", "token": access(alice)}))
    assert json.loads(socket.recv(timeout=30))["state"] == "placed" and "deflate" not in str(socket.response.headers)
    cookie = f"sessionid={browser_of(alice).cookies['sessionid'].value}"
    page = Client(port, "/sse/orders/", {"Cookie": cookie, "X-Request-ID": "abc123"}).wait_for("placed")
    move(order, State.ACCEPTED)
    page.wait_for("placed", "accepted")
    began = time.monotonic()
    started.send_signal(signal.SIGTERM)
    with pytest.raises(ConnectionClosed) as cut:
        while socket.recv(timeout=30):
            pass
    assert cut.value.rcvd.code == 1012
    page.wait_until(lambda one: one.is_over)
    assert page.lines[-2].startswith("retry: ") and page.answer.isclosed(), "whole, and not cut off"
    started.wait(10)
    assert time.monotonic() - began < 10, "it waits for nobody"


def test_two_people_talk_although_each_is_with_another_process(start, alice, agent, begin, settings):  # noqa: F811
    """What is said comes by the database, that somebody is writing by Redis."""
    if not settings.REDIS_URL:
        pytest.skip("no Redis")
    set_up(apps)  # tests that empty all tables took the groups with them
    carol, room = agent("Carol"), begin(user=alice)
    ports = [start(settings.REDIS_URL)[1] for _ in range(2)]

    def open_page(port, side, person):
        cookie = {"Cookie": f"sessionid={browser_of(person).cookies['sessionid'].value}"}
        return connect(f"ws://127.0.0.1:{port}/ws/{side}/{room.pk}/", origin=OURS, additional_headers=cookie)

    with open_page(ports[0], "talks", alice) as hers, open_page(ports[1], "desk", carol) as desk:
        hear(hers, "message"), hear(desk, "message")
        deadline = time.monotonic() + 30
        while True:  # until both have their ear at Redis, a signal may be lost
            desk.send(json.dumps({"type": "writing"}))
            with suppress(TimeoutError):
                assert hear(hers, "writing", within=2) == {"type": "writing", "side": "staff", "name": "Carol"}
                break
            assert time.monotonic() < deadline
        desk.send(json.dumps({"type": "say", "client_id": str(uuid4()), "text": "Here I am."}))
        wait_for(hers, "Here I am.")
        hers.send(json.dumps({"type": "say", "client_id": str(uuid4()), "text": "Good."}))
        wait_for(desk, "Good.")


def wait_for(page, text):
    while hear(page, "message")["text"] != text:
        pass


def hear(page, kind, within=30):
    """The next message of a kind."""
    deadline = time.monotonic() + within
    while (said := json.loads(page.recv(timeout=max(0, deadline - time.monotonic()))))["type"] != kind:
        pass
    return said


def test_it_speaks_of_orders_and_health_only(process):
    _, port = process
    assert [Client(port, path, {}).status for path in ("/", "/admin/", "/sse/", "/health/live")] == [404] * 3 + [200]


def test_with_redis_a_page_hears_at_once(transactional_db, alice, settings, monkeypatch):
    if not settings.REDIS_URL:
        pytest.skip("no Redis")
    from shop.live import listener

    monkeypatch.setattr(listener, "LOOK_EVERY_S", 60)
    monkeypatch.setattr(hint, "_hint", Hint(settings.REDIS_URL))
    order = new_order(alice)
    with serving() as served:
        page = served.follow(browser_of(alice)).wait_for("placed")
        with redis.Redis.from_url(settings.REDIS_URL) as client:
            page.wait_until(lambda _: client.pubsub_numsub(hint.CHANNEL)[0][1])
        cancelling.cancel(order, now=timezone.now())
        page.wait_for("placed", "cancel_requested")


def test_a_redis_that_is_away_costs_one_time_out_and_no_answer():
    silent = Hint(NOWHERE)
    silent.give(seconds=100.0)
    silent._client = None  # would be made anew by a second try
    silent.give(seconds=104.9)
    assert silent._client is None
    silent.give(seconds=105.1)
    assert silent._client is not None


@pytest.mark.django_db
def test_each_way_an_order_moves_gives_one_hint_after_its_commit(
    alice, monkeypatch, django_capture_on_commit_callbacks
):
    given = []
    monkeypatch.setattr(hint._hint, "give", lambda *, seconds: given.append(seconds))
    placed, waiting, late = (new_order(alice) for _ in range(3))
    waiting.state = late.state = State.AWAITING_PAYMENT
    late.save()
    for move_one in (
        lambda: cancelling._ask_the_store(placed, now=timezone.now()),
        lambda: cancelling._cancel_at_once(waiting, now=timezone.now()),
        lambda: paying.expire(late, now=timezone.now(), is_told=False),
    ):
        before = len(given)
        with django_capture_on_commit_callbacks(execute=True):
            move_one()
            assert len(given) == before, "not before the commit"
        assert len(given) == before + 1
