"""Ringing never makes the ringer wait and never fails; what is lost is counted."""

import socket
import threading
import time

from kombu import Connection

from worker_bell import Bell, Topic
from worker_bell.bell import HINT_LIFETIME_S, celery_message


def wait_for(condition, within: float = 5.0) -> None:
    ends = time.monotonic() + within
    while not condition():
        assert time.monotonic() < ends, "It did not happen in time."
        time.sleep(0.01)


def test_a_ring_is_a_task_message_in_the_topics_queue():
    bell = Bell("memory://rings")
    bell.ring(Topic.BOOKS)
    wait_for(lambda: bell.published)
    with Connection("memory://rings") as broker, broker.SimpleQueue("sync") as queue:
        message = queue.get(timeout=2)
        assert message.headers["task"] == "worker.tasks.sync_books"
        assert message.payload == [[], {}, {"callbacks": None, "errbacks": None, "chain": None, "chord": None}]


def test_an_old_hint_says_when_it_is_no_use_any_more():
    headers, _ = celery_message(Topic.MAIL)
    from datetime import UTC, datetime

    left = datetime.fromisoformat(headers["expires"]) - datetime.now(UTC)
    assert HINT_LIFETIME_S - 5 < left.total_seconds() <= HINT_LIFETIME_S


def test_a_bell_without_a_broker_is_silent():
    bell = Bell("")
    bell.ring(Topic.BOOKS)
    assert (bell.published, bell.failed, bell._thread) == (0, 0, None)


def test_a_broker_that_refuses_costs_the_ringer_nothing():
    """L3"""
    bell = Bell("amqp://nobody:nothing@127.0.0.1:9//")
    began = time.monotonic()
    bell.ring(Topic.OUTBOX)
    assert time.monotonic() - began < 0.1
    wait_for(lambda: bell.failed)
    assert bell.published == 0


def test_a_broker_that_is_a_black_hole_costs_the_ringer_nothing():
    """L3"""
    with socket.create_server(("127.0.0.1", 0), backlog=1) as hole:
        bell = Bell(f"amqp://nobody:nothing@127.0.0.1:{hole.getsockname()[1]}//")
        began = time.monotonic()
        for _ in range(100):
            bell.ring(Topic.OUTBOX)
        assert time.monotonic() - began < 0.2
        wait_for(lambda: bell.failed, within=10)


def test_rings_that_come_while_one_is_on_its_way_are_one_ring():
    bell = Bell("memory://coalesced")
    under_way, may_go_on, sent = threading.Event(), threading.Event(), []

    def send_slowly(topic):
        under_way.set()
        may_go_on.wait(5)
        sent.append(topic)

    bell._send = send_slowly
    bell.ring(Topic.MAIL)
    assert under_way.wait(5)
    for _ in range(50):
        bell.ring(Topic.MAIL)
    may_go_on.set()
    wait_for(lambda: bell.published == 2)
    assert (sent, bell._due) == ([Topic.MAIL, Topic.MAIL], {})


def test_after_an_outage_the_bell_rings_again():
    bell = Bell("memory://again")
    real, failures = bell._send, [OSError("gone"), OSError("still gone")]

    def flaky(topic):
        if failures:
            raise failures.pop()
        real(topic)

    bell._send = flaky
    bell.ring(Topic.MAIL)
    wait_for(lambda: bell.failed == 1)
    bell.ring(Topic.MAIL)
    wait_for(lambda: bell.published == 1)
