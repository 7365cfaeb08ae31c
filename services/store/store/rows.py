"""Rows of a statement that no model answers."""

from typing import Any

from django.db import connection


def rows_of(sql: str, params: dict[str, Any]) -> list[dict[str, Any]]:
    """This function will answer each row as a dict of its columns."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row)) for row in cursor.fetchall()]
