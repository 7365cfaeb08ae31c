"""Rows that could not be applied are kept where a person sees them, and let go when a good version arrives."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from shop.storelink.models import SetAside
from store_client import BadRow

KEY_LENGTH = 100


def put(feed: str, rows: Iterable[BadRow], *, now: datetime) -> None:
    """This function will keep rows in one statement; one that is kept already gets the new reason and time."""
    kept = {
        row.key[:KEY_LENGTH]: SetAside(
            feed=feed, key=row.key[:KEY_LENGTH], reason=row.reason, body=storable(row.body), first_at=now, last_at=now
        )
        for row in rows
    }
    if kept:
        SetAside.objects.bulk_create(
            kept.values(),
            update_conflicts=True,
            unique_fields=["feed", "key"],
            update_fields=["reason", "body", "last_at"],
        )


def let_go(feed: str, keys: Iterable[str]) -> None:
    kept = SetAside.objects.filter(feed=feed)
    if kept.exists():  # nearly never, and asking costs less than naming thousands of keys
        kept.filter(key__in=list(keys)).delete()


def storable(value: Any) -> Any:
    """This function will return JSON that Postgres can keep: without NUL and half characters, which it cannot."""
    if isinstance(value, dict):
        return {storable(key): storable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [storable(item) for item in value]
    if isinstance(value, str):
        return value.replace("\0", "\N{SYMBOL FOR NULL}").encode("utf-8", "replace").decode()
    if isinstance(value, float):
        return repr(value) if value != value or value in (float("inf"), float("-inf")) else value
    return value
