"""One run at a time of a kind of work, whatever the number of workers. Postgres keeps the turn, so a dead worker frees it."""

from collections.abc import Iterator
from contextlib import contextmanager
from zlib import crc32

from django.db import OperationalError, connection
from psycopg.errors import LockNotAvailable

BOOKSHOP = 0x0B00C  # first half of our advisory locks' keys, so that no other program's are met
LONGEST_WAIT_MS = 6_000  # a task waits, then works up to 12 s, and must end before its soft limit of 20 s


@contextmanager
def one_run(work: str) -> Iterator[bool]:
    """This function will answer whether the caller has the turn, and give it back at the end.

    While one runs, the next one waits for its turn, so that what was committed at the last moment of the running one is
    not missed; everybody after that may go, since the one who waits will see all they came for.
    """
    running, waiting = _key(work), _key(f"{work}, next")
    held = []
    try:
        if _try(running, held) or (_try(waiting, held) and _wait(running, held)):
            _give_back(waiting, held)
            yield True
        else:
            yield False
    finally:
        for key in list(held):
            _give_back(key, held)


@contextmanager
def a_place(work: str, *, of: int) -> Iterator[bool]:
    """This function will answer whether the caller is among the first so many at the same work; nobody waits."""
    held = []
    try:
        yield any(_try(_key(f"{work} {place}"), held) for place in range(of))
    finally:
        for key in list(held):
            _give_back(key, held)


def _key(name: str) -> int:
    return crc32(name.encode()) - 2**31


def _try(key: int, held: list[int]) -> bool:
    return _ask("SELECT pg_try_advisory_lock(%s, %s)", key, held)


def _wait(key: int, held: list[int]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [f"{LONGEST_WAIT_MS}ms"])
        try:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [BOOKSHOP, key])
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
            return False
        finally:
            cursor.execute("SELECT set_config('lock_timeout', '0', false)")
    held.append(key)
    return True


def _ask(statement: str, key: int, held: list[int]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statement, [BOOKSHOP, key])
        granted = cursor.fetchone()[0]
    if granted:
        held.append(key)
    return granted


def _give_back(key: int, held: list[int]) -> None:
    if key in held:
        held.remove(key)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [BOOKSHOP, key])
