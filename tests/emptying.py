"""What tests commit is taken away again as Django does it, but in a small part of the time.

Django truncates every table, more than a hundred, each with its files, and then writes content types, permissions and
groups anew. Here rows are deleted where there are any, past all triggers and foreign keys, and what belongs into an empty
database is put back if a test has changed it.
"""

from unittest.mock import patch

import pytest
from django.db import connections, transaction
from django.test import TransactionTestCase

LARGE_BYTES = 1_000_000  # from here on new files are quicker than row after row, and leave no dead rows behind

as_django_does = TransactionTestCase._fixture_teardown


class Emptied:
    """One database. What an empty one holds is learned when Django has emptied it for the first time."""

    def __init__(self, connection):
        self.connection = connection
        names = connection.introspection.django_table_names(only_existing=True, include_views=False)
        self.belongs = {name: self._rows(name) for name, _ in self._with_rows(names)}
        self.others = sorted(set(names) - set(self.belongs))
        self.sums = self._sums()
        ((self.past_triggers,),) = self._asked("SELECT has_parameter_privilege('session_replication_role', 'SET')")

    def again(self) -> None:
        with transaction.atomic(using=self.connection.alias):
            self._empty(self._with_rows(self.others))
            sums = self._sums()
            changed = [name for name in self.belongs if sums[name] != self.sums[name]]
            self._truncate(changed)  # also those that point to them
            for name, rows in self.belongs.items():
                if changed and not self._with_rows([name]):
                    with self.connection.cursor() as cursor, cursor.copy(f'COPY "{name}" FROM STDIN') as copy:
                        copy.write(rows)

    def _asked(self, sql: str) -> list[tuple]:
        with self.connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()

    def _with_rows(self, names) -> list[tuple[str, int]]:
        """Names, with the bytes of each."""
        look = "SELECT '{0}', pg_relation_size('\"{0}\"') WHERE EXISTS (SELECT FROM \"{0}\")"
        return self._asked(" UNION ALL ".join(map(look.format, names)))

    def _sums(self) -> dict[str, str]:
        """What tells whether any row is another than before, of each table that is not empty when all is over."""
        look = "SELECT '{0}', md5(string_agg(t::text, '|' ORDER BY t::text)) FROM \"{0}\" AS t"
        return dict(self._asked(" UNION ALL ".join(map(look.format, self.belongs)))) if self.belongs else {}

    def _rows(self, name: str) -> bytes:
        with (
            self.connection.cursor() as cursor,
            cursor.copy(f'COPY (SELECT * FROM "{name}" ORDER BY 1) TO STDOUT') as copy,
        ):
            return b"".join(bytes(part) for part in copy)

    def _empty(self, tables: list[tuple[str, int]]) -> None:
        small = [name for name, size in tables if size < LARGE_BYTES and self.past_triggers]
        self._truncate([name for name, _ in tables if name not in small])
        if small:
            with self.connection.cursor() as cursor:
                cursor.execute(
                    "SET LOCAL session_replication_role = replica;"
                    + "".join(f'DELETE FROM "{name}";' for name in small)
                    + "SET LOCAL session_replication_role = DEFAULT"
                )

    def _truncate(self, names: list[str]) -> None:
        if names:
            with self.connection.cursor() as cursor:
                cursor.execute("TRUNCATE {} CASCADE".format(", ".join(f'"{name}"' for name in names)))


@pytest.fixture(scope="session", autouse=True)
def quickly_emptied():
    known: dict[str, Emptied] = {}

    def emptied(case) -> None:
        names = case._databases_names(include_mirrors=False)
        if set(names) <= set(known):
            for name in names:
                known[name].again()
        else:
            as_django_does(case)
            known.update({name: Emptied(connections[name]) for name in names})

    with patch.object(TransactionTestCase, "_fixture_teardown", emptied):
        yield
