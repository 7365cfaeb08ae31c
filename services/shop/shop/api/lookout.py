"""Whether what this process has at hand is still true: one connection of the process that is asked for nothing else.

A connection of the pool is tried before it is lent out and put in order when it comes back. That costs more than the
question, and here it needs neither: if the question fails, the answer is made in the ordinary way.
"""

import logging
from threading import Lock

import psycopg
from django.db import connection

log = logging.getLogger(__name__)

CONNECT_WITHIN_S = 2
LOST_AFTER_MS = 5_000  # without a sign of life from the other end
TURN_WITHIN_S = 0.5


class Lookout:
    """Threads take turns at it: a look is a fraction of a millisecond. Nobody waits long for a turn: a database that is
    away must not be waited for by one after the other."""

    def __init__(self) -> None:
        self._postgres: psycopg.Connection | None = None
        self._turn = Lock()

    def look(self, sql: str, params: list) -> list[tuple | None] | None:
        """This function will answer the first row of each statement of `sql`, all in one way there and back.

        None if it could not; the next look begins anew.
        """
        if not self._turn.acquire(timeout=TURN_WITHIN_S):
            return None
        try:
            return self._asked(sql, params)
        except psycopg.Error as error:
            log.warning("Whether answers are still true could not be asked: %s", error)
            self.close()
            return None
        finally:
            self._turn.release()

    def _asked(self, sql: str, params: list) -> list[tuple | None]:
        if self._postgres is None:
            self._postgres = _connected()
        with psycopg.ClientCursor(self._postgres) as cursor:
            cursor.execute(sql, params)
            rows = [cursor.fetchone()]
            while cursor.nextset():
                rows.append(cursor.fetchone())
        return rows

    def close(self) -> None:
        if self._postgres is not None:
            self._postgres.close()
            self._postgres = None


def _connected() -> psycopg.Connection:
    options = {**connection.get_connection_params(), "connect_timeout": CONNECT_WITHIN_S}
    options["tcp_user_timeout"] = LOST_AFTER_MS
    return psycopg.connect(**options, autocommit=True)


lookout = Lookout()
