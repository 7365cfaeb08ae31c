"""One worker at a time for each kind of work. Postgres keeps the turn, so a worker that dies gives it back."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

from django.db import connection


class Turn(IntEnum):
    """The number of the advisory lock; any will do that the store uses for nothing else."""

    IMPORTS = 7_302
    PICTURES = 7_303
    TIDY = 7_304
    LABELS = 7_305


@contextmanager
def the_turn(turn: Turn) -> Iterator[bool]:
    """This function will answer whether the caller may do this kind of work, and give the turn back at the end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [int(turn)])
        mine = cursor.fetchone()[0]
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [int(turn)])
