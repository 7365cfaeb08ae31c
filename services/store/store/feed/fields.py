"""Postgres' own number of a transaction, which never wraps around."""

from django.db import models


class Xid8Field(models.BigIntegerField):
    description = "The transaction that last wrote the row (xid8)"

    def db_type(self, connection) -> str:
        return "xid8"

    def from_db_value(self, value, expression, connection) -> int | None:
        return None if value is None else int(value)

    def get_db_prep_value(self, value, connection, prepared=False):
        # Postgres compares xid8 with no integer; a quoted literal takes the column's type.
        return None if value is None else str(value)


class CurrentTransaction(models.Func):
    function = "pg_current_xact_id"
    output_field = Xid8Field()
