"""The proxy passes everything on, or breaks a connection in the way it is told to."""

import socket
import socketserver
import threading
import time

import pytest

from parts.ports import HOST, free_port
from prove.proxy import Links, Mode

PATIENCE_S = 0.4


class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        while data := self.request.recv(1024):
            self.server.heard += data
            self.request.sendall(data)


@pytest.fixture
def server():
    socketserver.ThreadingTCPServer.allow_reuse_address = True
    with socketserver.ThreadingTCPServer((HOST, free_port()), Echo) as server:
        server.heard, server.daemon_threads = b"", True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def links(server):
    links = Links()
    links.add("echo", free_port(), server.server_address[1], lost_share=1.0)
    yield links
    links.close()


@pytest.fixture
def connect(links):
    opened = []

    def connect() -> socket.socket:
        opened.append(socket.create_connection((HOST, links["echo"].port), timeout=PATIENCE_S))
        return opened[-1]

    yield connect
    for connection in opened:
        connection.close()


def say(connection: socket.socket, words: bytes) -> bytes:
    """What comes back; b"" once the other side has hung up."""
    try:
        connection.sendall(words)
        return connection.recv(1024)
    except (ConnectionResetError, BrokenPipeError):
        return b""


def test_bytes_pass_both_ways(connect):
    assert say(connect(), b"Emma") == b"Emma"


def test_the_end_of_a_conversation_passes_too(connect):
    connection = connect()
    assert say(connection, b"Emma") == b"Emma"
    connection.shutdown(socket.SHUT_WR)
    assert connection.recv(10) == b""


def test_connections_are_refused_and_taken_again(links, connect):
    open_before = connect()
    assert say(open_before, b"Emma") == b"Emma"
    links.turn("echo", Mode.REFUSE)
    assert say(open_before, b"lost") == b""
    with pytest.raises(ConnectionRefusedError):
        connect()
    links.turn("echo", Mode.PASS)
    assert say(connect(), b"Persuasion") == b"Persuasion"
    assert links.broken == 1


def test_a_hole_swallows_everything_and_breaks_what_it_swallowed_from(links, server, connect):
    open_before = connect()
    links.turn("echo", Mode.HOLE)
    for connection in (open_before, connect()):
        with pytest.raises(TimeoutError):
            say(connection, b"lost")
    links.turn("echo", Mode.PASS)
    assert say(open_before, b"more") == b""
    assert server.heard == b""
    assert say(connect(), b"Emma") == b"Emma"


def test_an_answer_is_lost_although_the_request_arrived(links, server, connect):
    links.turn("echo", Mode.LOST_ANSWER)
    assert say(connect(), b"an order") == b""
    assert server.heard == b"an order"
    assert links["echo"].broken == 1


def test_slow_only_takes_longer(links, connect):
    links["echo"].slow_s = 0.1
    links.turn("echo", Mode.SLOW)
    connection, began = connect(), time.monotonic()
    assert [say(connection, b"page") for _ in range(5)] == [b"page"] * 5
    assert time.monotonic() - began > 0.05
