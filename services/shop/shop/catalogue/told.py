"""Many books for programs: a page of a hundred costs little more than asking for it.

What is the same for whoever tells of a book is written as JSON by Postgres, and passes through Python unread. A row that
reads as it did before is the very same object, so that what follows from it can be kept with it.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache, lru_cache

from django.db import connection
from django.db.models.expressions import RawSQL

from shop.catalogue.models import Book
from shop.catalogue.shown import Shown

FACTS = (
    *("id", "isbn13", "title", "subtitle", "authors", "publisher", "series", "series_number", "language", "format"),
    *("first_published", "categories"),
)
COLUMNS = ("id", "title", "price", "currency", "available", "offer", "retired_at", "cover_sha256")
KNOWN_ROWS = 4_000  # of about 1 kB
RATING = ("rating__count", "rating__stars")


@dataclass(slots=True, eq=False)
class Told(Shown):
    """:ivar facts: FACTS of the book, as a JSON object.
    :ivar count: reviews of it, and `stars` all of theirs together; None if there are none.
    """

    id: int
    title: str
    price: Decimal
    currency: str
    available: int
    offer: dict[str, str] | None
    retired_at: datetime | None
    cover_sha256: str
    count: int | None
    stars: int | None
    facts: str


def told(keys: list[int]) -> list[Told]:
    """Books in the order of their keys; those that are gone are left out."""
    sql, params = _statement()
    wanted = f"{{{','.join(map(str, keys))}}}"  # as Postgres writes a list: the driver would look at each of them twice
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM ({sql}) AS told WHERE id = ANY(%s::bigint[])", [*params, wanted])
        known = {row[0]: row for row in cursor.fetchall()}
    return [_told(known[key]) for key in keys if key in known]


@cache  # building it costs more than what it asks for
def _statement() -> tuple[str, tuple]:
    facts = ", ".join(f"catalogue_book.{name}" for name in FACTS)
    written = RawSQL(f"(SELECT row_to_json(facts)::text FROM (SELECT {facts}) AS facts)", [])  # noqa: S611
    rows = Book.objects.with_available().annotate(facts=written).values_list(*COLUMNS, *RATING, "facts")
    return rows.query.sql_with_params()


@lru_cache(maxsize=KNOWN_ROWS)
def _told(row: tuple) -> Told:
    found = Told(*row)
    if found.offer:
        found.offer = json.loads(found.offer)
    return found
