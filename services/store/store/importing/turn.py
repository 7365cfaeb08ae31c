"""One import at a time. Postgres keeps the turn, so a worker that dies gives it back."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

# Any number will do that no other advisory lock of the store uses.
IMPORT_LOCK = 7_302


@contextmanager
def the_turn() -> Iterator[bool]:
    """This function will answer whether the caller may work on imports, and give the turn back at the end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [IMPORT_LOCK])
        mine = cursor.fetchone()[0]
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [IMPORT_LOCK])
