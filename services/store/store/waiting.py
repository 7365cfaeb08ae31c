"""How long a transaction waits for others, and what makes it wait for one of the same order number."""

from uuid import UUID

from django.db import OperationalError, connection
from psycopg.errors import LockNotAvailable

LONGEST_WAIT_MS = 1_500


class InProgress(Exception):
    """Another transaction has held what we need for more than 1.5 s. Try again in a second."""


def wait_no_longer_than(milliseconds: int) -> None:
    """Step: let this transaction give up waiting for another's locks after so long."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{milliseconds}ms"])


def alone_with(*numbers: UUID) -> None:
    """Step: be the only transaction that works on these order numbers, be it on the orders or on their holds.

    Neither has a row that the other could lock before it exists. Several are taken in one order, so that two who want
    the same cannot each wait for the other.
    """
    keys = sorted({(number.int >> 64) - 2**63 for number in numbers})
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(key) FROM unnest(%s::bigint[]) AS key", [keys])


def in_progress(error: OperationalError) -> Exception:
    """What to raise for a database's error: our own if it was the waiting that took too long."""
    return InProgress() if isinstance(error.__cause__, LockNotAvailable) else error
