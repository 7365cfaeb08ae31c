"""What something costs each part of the bookshop: processor time, memory and statements, whatever else the machine does."""

import os
import re
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from parts.tree import process_tree

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")
ADDITIONS, PACES = 300_000, 9
PARTS = ("shop", "store", "worker", "postgres", "rabbitmq")
DATABASES = ("shop", "store")
# Not the empty one, by which the pool sees whether a connection still lives.
STATEMENT = re.compile(rb"^@(\w+)@LOG: +(?:statement|execute [^:]*): (?! *(?:\n@|\n?\Z))", re.MULTILINE)


@dataclass
class Cost:
    """:ivar statements: by database, BEGIN and COMMIT included; empty unless they were asked for."""

    seconds: float = 0.0
    cpu_s: dict[str, float] = field(default_factory=dict)
    statements: dict[str, int] = field(default_factory=dict)

    def of_each(self, things: int) -> dict:
        """This function will share the cost among so many things, in milliseconds."""
        return {
            "cpu_ms": {part: round(used / things * 1000, 2) for part, used in self.cpu_s.items()},
            "statements": {database: round(number / things, 1) for database, number in self.statements.items()},
        }


@contextmanager
def measured(bookshop) -> Iterator[Cost]:
    """This function will measure what all parts spend within a with block."""
    cost, before, began = Cost(), _used(bookshop), time.monotonic()
    yield cost
    cost.seconds = time.monotonic() - began
    cost.cpu_s = {name: used - before.get(name, 0.0) for name, used in _used(bookshop).items()}


@contextmanager
def counted(bookshop) -> Iterator[Cost]:
    """This function will count the statements of both databases within a with block, by Postgres' own log."""
    log, cost = bookshop.postgres.log, Cost()
    with psycopg.connect(bookshop.postgres.url("postgres"), autocommit=True) as postgres:
        _set(postgres, log_line_prefix="@%d@", log_statement="all")
        start = log.stat().st_size
        try:
            yield cost
        finally:
            time.sleep(0.2)
            with log.open("rb") as written:
                written.seek(start)
                found = Counter(name.decode() for name in STATEMENT.findall(written.read()))
            _set(postgres, log_line_prefix=None, log_statement=None)
    cost.statements = {database: found[database] for database in DATABASES}


def _set(postgres: psycopg.Connection, **settings: str | None) -> None:
    for name, value in settings.items():
        postgres.execute(f"ALTER SYSTEM SET {name} = '{value}'" if value else f"ALTER SYSTEM RESET {name}")
    postgres.execute("SELECT pg_reload_conf()")
    time.sleep(0.5)  # each server process looks at its settings when it is next asked for something


def _used(bookshop) -> dict[str, float]:
    return {name: cpu_seconds(part.process.pid) for name, part in _running(bookshop).items()}


def _running(bookshop) -> dict:
    return {part.name: part for part in bookshop.parts if part.name in PARTS and part.is_running()}


def cpu_seconds(pid: int) -> float:
    """Processor time of a process and its children so far, those that have ended included."""
    ticks = 0
    for each in process_tree(pid):
        with suppress(OSError):  # it has just ended
            stat = (PROC / str(each) / "stat").read_text().rpartition(")")[2].split()
            ticks += sum(map(int, stat[11:15]))
    return ticks / TICKS_PER_SECOND


def forget_peaks(pid: int) -> None:
    """This function will let the peaks of a process and its children begin anew."""
    for each in process_tree(pid):
        with suppress(OSError):
            (PROC / str(each) / "clear_refs").write_text("5")


def peak_megabytes(pid: int) -> float:
    """The most memory that any one of a process and its children has had at once."""
    peaks = [0]
    for each in process_tree(pid):
        with suppress(OSError):
            status = (PROC / str(each) / "status").read_text()
            peaks += [int(kilobytes) for kilobytes in re.findall(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)]
    return max(peaks) / 1024


def pace_ms() -> float:
    """Processor time of ADDITIONS, the median of a few: on one machine, too, it may be twice as long as an hour ago."""
    took = []
    for _ in range(PACES):
        began, total = time.process_time(), 0
        for number in range(ADDITIONS):
            total += number * number % 7
        took.append((time.process_time() - began) * 1000)
    return round(statistics.median(took), 1)
