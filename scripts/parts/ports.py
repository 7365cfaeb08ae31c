"""Ports on this machine's loopback."""

import random
import socket
from pathlib import Path

HOST = "127.0.0.1"
# The kernel hands out 32768 and above to outgoing connections, so a port from there may be gone when it is needed.
FREE_PORTS = range(20000, 32000)
_given: set[int] = set()  # by this process; who asked may not listen there yet


class NoFreePort(Exception):
    """Nothing is free in the whole range: something else is wrong with this machine."""


def is_taken(port: int) -> bool:
    """This function will say whether something on this machine listens on the port, on whatever address."""
    for address in (HOST, "0.0.0.0"):
        with socket.socket() as attempt:
            # A connection that has just ended must not make the port look taken.
            attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                attempt.bind((address, port))
            except OSError:
                return True
    return False


def free_port() -> int:
    for _ in range(200):
        port = random.choice(FREE_PORTS)
        if port not in _given and not is_taken(port):
            _given.add(port)
            return port
    raise NoFreePort(f"No free port between {FREE_PORTS.start} and {FREE_PORTS.stop}.")


def kept_port(file: Path) -> int:
    """This function will answer the port that the file names, if it is still free; another one is written there."""
    port = int(text) if file.exists() and (text := file.read_text().strip()).isdigit() else 0
    if port not in FREE_PORTS or port in _given or is_taken(port):
        port = free_port()
        file.write_text(f"{port}\n")
    _given.add(port)
    return port


def answers(port: int, *, send: bytes = b"", expect: bytes = b"", within: float = 1.0) -> bool:
    """This function will connect, send some bytes and say whether the answer begins as expected."""
    try:
        with socket.create_connection((HOST, port), timeout=within) as connection:
            connection.sendall(send)
            return connection.recv(len(expect)).startswith(expect) if expect else True
    except OSError:
        return False
