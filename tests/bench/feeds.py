"""What it costs to find out that nothing has changed, and how long a page of changes takes the store."""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import requests

from bench.cost import counted, measured
from parts import ROOT

POLLS = 100
PAGE = 500
POSITION = "SELECT position FROM storelink_feed WHERE name = %s"


def idle(bookshop, feed: str) -> dict:
    """This function will have the shop read a feed again and again while nothing is new in it and nobody else reads."""
    with without_workers(bookshop):
        read(bookshop, feed, 1)
        with measured(bookshop) as cost:
            told = read(bookshop, feed, POLLS)
        with counted(bookshop) as one:
            read(bookshop, feed, POLLS)
    told["cpu_ms"] |= {part: round(cost.cpu_s[part] / POLLS * 1000, 2) for part in ("store", "postgres")}
    told["statements"] = {name: round(number / POLLS, 1) for name, number in one.statements.items()}
    return told


@contextmanager
def without_workers(bookshop) -> Iterator[None]:
    """This context manager will stop all who ask the databases by themselves within a with block."""
    for part in (bookshop.beat, bookshop.worker, bookshop.live):
        part.stop()
    yield
    for part in (bookshop.live, bookshop.worker, bookshop.beat):
        part.start()
        part.wait_until_ready()


def read(bookshop, feed: str, times: int) -> dict:
    """This function will have the shop read a feed once more than `times`, and say what one of these times cost it."""
    path = os.pathsep.join([str(ROOT / "scripts"), str(ROOT / "tests")])
    env = {**os.environ, **bookshop.shop_env, "PYTHONPATH": path, "BROKER_URL": ""}
    command = [sys.executable, "-m", "bench.reading", feed, str(times)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def answers(bookshop, feed: str) -> dict:
    """This function will ask the store for pages, one after the other, and for what comes after the last position."""
    with psycopg.connect(bookshop.postgres.url("shop")) as shop:
        (position,) = shop.execute(POSITION, [feed]).fetchone()
    session, url = reader(bookshop), f"{bookshop.store.url}/api/{feed}/changes/"
    idle_ms, page_ms, after = [], [], ""
    for _ in range(POLLS):
        _timed(session, url, {"after": position, "limit": PAGE}, idle_ms)
        page = _timed(session, url, {"limit": PAGE} | ({"after": after} if after else {}), page_ms)
        after = page["next"] if page["more"] else ""
    return {"idle_ms": _spread(idle_ms), "page_ms": _spread(page_ms), "rows_a_page": PAGE}


def reader(bookshop) -> requests.Session:
    """Who may read the store's feeds, as the shop does."""
    session = requests.Session()
    session.trust_env = False
    session.headers["Authorization"] = f"Bearer {bookshop.token_file.read_text().strip()}"
    return session


def _timed(session: requests.Session, url: str, params: dict, found: list[float]) -> dict:
    began = time.monotonic()
    answer = session.get(url, params=params, timeout=30)
    found.append((time.monotonic() - began) * 1000)
    answer.raise_for_status()
    return answer.json()


def _spread(milliseconds: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(milliseconds, n=20)
    return {"median": round(statistics.median(milliseconds), 1), "p95": round(cuts[18], 1)}
