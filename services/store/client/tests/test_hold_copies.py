"""The shop asks for copies to be kept, while a customer waits for the answer."""

import socket
import threading
import time
from datetime import UTC, datetime

import pytest

from store_client import HoldLine, StoreClient, StoreRefused, StoreUnavailable, TokenFile

NUMBER = "4b9b3c1e-7a1f-4f2e-9d26-0d6a5f0e9a10"
LINES = [HoldLine(line=1, book=1, quantity=2), HoldLine(line=2, book=2, quantity=1)]
ORDER = {"lines": [{"line": 1, "book": 1, "isbn13": "9780000000001", "quantity": 2}]}


@pytest.fixture(autouse=True)
def copies(store):
    store.free |= {1: 3, 2: 1}


def slug(call) -> str:
    with pytest.raises(StoreRefused) as refused:
        call()
    return refused.value.problem.slug


def test_copies_are_held_until_a_moment_and_asking_again_is_harmless(store, client):
    first, again = client.put_hold(NUMBER, LINES), client.put_hold(NUMBER, LINES)
    assert first == again
    assert (str(first.order), first.state) == (NUMBER, "held")
    assert first.held_until == datetime(2026, 11, 21, 10, 17, tzinfo=UTC)
    assert store.free == {1: 1, 2: 0}


def test_a_shortage_names_every_short_line_and_what_is_left(store, client):
    with pytest.raises(StoreRefused) as refused:
        client.put_hold(NUMBER, [HoldLine(1, 1, 4), HoldLine(2, 2, 1)])
    assert refused.value.problem.slug == "out-of-stock"
    assert [(line.line, line.wanted, line.free) for line in refused.value.problem.short] == [(1, 4, 3)]
    assert store.free == {1: 3, 2: 1}


def test_a_hold_is_given_up_once_and_again_and_without_having_been(store, client):
    client.put_hold(NUMBER, LINES)
    assert [client.release_hold(NUMBER).state for _ in range(2)] == ["released", "released"]
    other = client.release_hold("b3b0a3f0-0f5a-4c57-8f34-0e31a2f0c0de")
    assert (other.state, other.held_until) == ("none", None)
    assert store.free == {1: 3, 2: 1}


def test_other_lines_wait_for_the_release_and_an_order_ends_both(store, client):
    client.put_hold(NUMBER, LINES)
    assert slug(lambda: client.put_hold(NUMBER, LINES[:1])) == "hold-differs"
    client.release_hold(NUMBER)
    client.put_hold(NUMBER, LINES[:1])
    client.put_order(NUMBER, ORDER)
    assert store.free == {1: 1, 2: 1}
    assert slug(lambda: client.put_hold(NUMBER, LINES)) == slug(lambda: client.release_hold(NUMBER)) == "hold-used"


@pytest.mark.parametrize("fault", ["500", "html", "not json", "slow", "hang up", "swallow", "truncated", "in progress"])
def test_a_hold_without_a_proper_answer_may_be_asked_for_again(store, client, fault):
    store.faults.append(fault)
    with pytest.raises(StoreUnavailable):
        client.put_hold(NUMBER, LINES)
    client.put_hold(NUMBER, LINES)
    assert store.free == {1: 1, 2: 0}, "held once"


@pytest.mark.parametrize(
    "answer", [{"state": "held"}, {"state": "kept"}, {"state": "held", "held_until": "2026-11-21T10:17:00"}, {}]
)
def test_an_answer_that_is_not_as_agreed_is_no_hold(store, client, monkeypatch, answer):
    monkeypatch.setattr(type(store), "hold", lambda *_: (200, {"order": NUMBER, **answer}))
    with pytest.raises(StoreUnavailable, match="not as agreed"):
        client.put_hold(NUMBER, LINES)


def accepts_and(serve):
    """Answer a server on the loopback that does this with each connection."""
    server = socket.create_server(("127.0.0.1", 0))

    def run():
        while True:
            try:
                line, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(line,), daemon=True).start()

    threading.Thread(target=run, daemon=True).start()
    return server


def drip(line):
    line.recv(4096)
    line.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
    try:
        while True:
            line.sendall(b"1\r\n \r\n")
            time.sleep(0.05)
    except OSError:
        pass


def refuse_slowly(line):
    line.recv(4096)
    time.sleep(0.3)
    line.sendall(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    line.close()


@pytest.mark.parametrize("serve", [drip, refuse_slowly, lambda line: time.sleep(5)], ids=["drips", "401s", "is silent"])
def test_whoever_waits_has_an_answer_within_the_time_given(serve):
    server, tokens = accepts_and(serve), iter("abc")
    url = f"http://127.0.0.1:{server.getsockname()[1]}"
    began = time.monotonic()
    with StoreClient(url, lambda again=False: next(tokens), within_s=0.5) as hurried:
        with pytest.raises(StoreUnavailable):
            hurried.put_hold(NUMBER, LINES)
    assert time.monotonic() - began < 0.9
    server.close()


def test_a_store_that_nobody_reaches_is_given_up_within_the_time(token_file):
    """Connections to an address set aside for documentation are dropped, or refused at once."""
    began = time.monotonic()
    with StoreClient("http://192.0.2.1", TokenFile(token_file), within_s=0.4) as hurried:
        with pytest.raises(StoreUnavailable):
            hurried.put_hold(NUMBER, LINES)
    assert time.monotonic() - began < 0.8
