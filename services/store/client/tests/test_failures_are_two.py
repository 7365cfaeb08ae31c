"""Whatever goes wrong is one of two: ask again later, or the store said no."""

import socket
import threading
import time

import pytest
from fake_store import TOKEN, book_row

from store_client import StoreClient, StoreRefused, StoreUnavailable, TokenFile, answers

NUMBER = "4b9b3c1e-7a1f-4f2e-9d26-0d6a5f0e9a10"
ORDER = {"lines": [{"line": 1, "book": 1, "isbn13": "9780000000001", "quantity": 2}]}

NO_ANSWER = ["500", "503", "429", "403", "html", "html 404", "empty", "not json", "no envelope", "redirect", "slow"]
NO_ANSWER += ["hang up", "truncated"]


@pytest.mark.parametrize("fault", NO_ANSWER)
def test_a_feed_that_does_not_answer_properly_is_to_be_asked_again(store, client, fault):
    """L13"""
    store.tell(book_row(1))
    store.faults.append(fault)
    with pytest.raises(StoreUnavailable):
        client.book_changes()
    assert len(client.book_changes().rows) == 1, "the next asking finds everything as it was"


@pytest.mark.parametrize("fault", [*NO_ANSWER, "swallow", "in progress"])
def test_an_order_without_a_proper_answer_may_be_sent_again(store, client, fault):
    """L4"""
    store.free[1] = 5
    store.faults.append(fault)
    with pytest.raises(StoreUnavailable):
        client.put_order(NUMBER, ORDER)
    assert client.put_order(NUMBER, ORDER).status == "received"
    assert store.free[1] == 3, "taken in once"


def test_a_store_that_is_down_is_unavailable(token_file):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    with StoreClient(f"http://127.0.0.1:{port}", TokenFile(token_file)) as client, pytest.raises(StoreUnavailable):
        client.book_changes()


def test_a_store_that_drips_bytes_does_not_hold_us_for_ever(token_file, monkeypatch):
    monkeypatch.setattr(answers, "LONGEST_ANSWER_S", 0.3)
    server = socket.create_server(("127.0.0.1", 0))

    def drip():
        line, _ = server.accept()
        line.recv(4096)
        line.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
        try:
            for _ in range(100):
                line.sendall(b"1\r\n \r\n")
                time.sleep(0.05)
        except OSError:
            pass

    threading.Thread(target=drip, daemon=True).start()
    began = time.monotonic()
    with StoreClient(f"http://127.0.0.1:{server.getsockname()[1]}", TokenFile(token_file), timeouts=(1, 1)) as client:
        with pytest.raises(StoreUnavailable, match="took longer|broke off"):
            client.book_changes()
    assert time.monotonic() - began < 3
    server.close()


def test_an_answer_without_end_is_not_read_to_its_end(store, client, monkeypatch):
    from store_client import client as client_module

    monkeypatch.setattr(client_module, "LONGEST_PAGE_BYTES", 10_000)
    store.tell(*[book_row(pk) for pk in range(100)])
    with pytest.raises(StoreUnavailable, match="longer than"):
        client.book_changes()


def test_no_redirect_is_followed_with_our_credential(store, client):
    store.faults.append("redirect")
    with pytest.raises(StoreUnavailable, match="302"):
        client.book_changes()
    assert len(store.requests) == 1


def test_a_token_rotated_on_disk_is_read_again_once(store, client, token_file):
    client.book_changes()
    store.tokens = {"the-next-token"}
    token_file.write_text("the-next-token")
    client.book_changes()
    assert len(store.requests) == 3


def test_a_token_nobody_accepts_is_waited_for_and_not_hammered_with(store, client):
    """L2"""
    store.tokens = set()
    with pytest.raises(StoreUnavailable, match="401"):
        client.put_order(NUMBER, ORDER)
    assert len(store.requests) == 1
    store.tokens = {TOKEN}
    store.free[1] = 5
    assert client.put_order(NUMBER, ORDER).status == "received"


def test_without_a_token_yet_the_store_is_not_asked(store, tmp_path):
    with StoreClient(store.url, TokenFile(tmp_path / "not-made-yet")) as client:
        with pytest.raises(StoreUnavailable, match="token"):
            client.book_changes()
    assert store.requests == []


def test_a_shortage_is_a_final_no_that_names_the_lines_and_tells_the_events(store, client):
    store.free[1] = 1
    for _ in range(2):
        with pytest.raises(StoreRefused) as refused:
            client.put_order(NUMBER, ORDER)
        problem = refused.value.problem
        assert (problem.status, problem.slug) == (409, "out-of-stock")
        assert [(line.line, line.wanted, line.free) for line in problem.short] == [(1, 2, 1)]
        assert [event.status for event in problem.events] == ["rejected"]


def test_the_same_number_with_another_content_is_refused(store, client):
    """L4"""
    store.free[1] = 5
    client.put_order(NUMBER, ORDER)
    other = {"lines": [{**ORDER["lines"][0], "quantity": 3}]}
    with pytest.raises(StoreRefused) as refused:
        client.put_order(NUMBER, other)
    assert refused.value.problem.slug == "order-differs"
    assert store.free[1] == 3


def test_an_invalid_order_is_refused_with_the_reason_in_words(store, client):
    with pytest.raises(StoreRefused) as refused:
        client.put_order(NUMBER, ORDER)
    assert refused.value.problem.reason == "There is no book 1."
    assert str(refused.value) == "Take the lines out. lines.0.book: There is no book 1. (invalid)"


def test_a_cancel_that_overtakes_its_order_keeps_it_from_being_taken(store, client):
    store.free[1] = 5
    assert client.cancel_order(NUMBER, "changed my mind").status == "cancelled"
    with pytest.raises(StoreRefused) as refused:
        client.put_order(NUMBER, ORDER)
    assert refused.value.problem.slug == "order-cancelled"
    assert store.free[1] == 5


def test_a_picture_comes_from_the_store_and_from_nowhere_else(store, client):
    store.pictures[1] = b"bytes"
    assert client.picture("/api/books/1/picture/") == b"bytes"
    for elsewhere in ("http://127.0.0.1:9/x", "//example.org/x", "https://example.org/api/books/1/picture/"):
        with pytest.raises(ValueError):
            client.picture(elsewhere)
    with pytest.raises(StoreRefused):
        client.picture("/api/books/2/picture/")
