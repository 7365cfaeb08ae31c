"""Writing many books with one statement, and finding the one that cannot be written."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import orjson
from django.db import DataError, IntegrityError, connection, transaction
from django.db.models import QuerySet

from store_client import BadRow, Book, DeletedBook

COLUMNS = (
    "version, epoch, isbn13, title, subtitle, authors, publisher, series, series_number, language, format, "
    "first_published, description, price, currency, categories, store_free, picture_sha256, picture_url, "
    "contributors, imprint_of, pages"
).split(", ")
# A withdrawn book that the shop never had is not worth a row.
UPSERT = f"""
    WITH written AS (
    INSERT INTO catalogue_book AS book ({", ".join(COLUMNS)}, id, retired_at, cover_sha256, cover_error)
    SELECT {", ".join(f"row.{name}" for name in COLUMNS)}, row.id, CASE WHEN row.retired THEN %(now)s::timestamptz END, '', ''
    FROM jsonb_to_recordset(%(rows)s::jsonb) AS row (
        id bigint, version bigint, epoch text, isbn13 text, title text, subtitle text, authors text[], publisher text,
        series text, series_number text, language text, format text, first_published integer, description text,
        price numeric, currency text, categories jsonb, store_free integer, picture_sha256 text, picture_url text, retired boolean,
        contributors jsonb, imprint_of text, pages integer
    )
    WHERE NOT row.retired OR EXISTS (SELECT FROM catalogue_book known WHERE known.id = row.id)
    ORDER BY row.id
    ON CONFLICT (id) DO UPDATE SET
        {", ".join(f"{name} = excluded.{name}" for name in COLUMNS)},
        retired_at = CASE WHEN excluded.retired_at IS NOT NULL THEN COALESCE(book.retired_at, excluded.retired_at) END,
        cover_sha256 = CASE WHEN excluded.picture_sha256 = '' THEN '' ELSE book.cover_sha256 END,
        cover_error = CASE WHEN excluded.picture_sha256 = book.picture_sha256 THEN book.cover_error ELSE '' END
    WHERE book.epoch <> excluded.epoch OR excluded.version > book.version
    RETURNING book.picture_sha256 <> book.cover_sha256 AS picture_wanted
    )
    SELECT count(*), COALESCE(bool_or(picture_wanted), false) FROM written
"""
RETIRE_DELETED = """
    UPDATE catalogue_book AS book
    SET retired_at = COALESCE(book.retired_at, %(now)s::timestamptz), version = gone.version, epoch = gone.epoch
    FROM jsonb_to_recordset(%(rows)s::jsonb) AS gone (id bigint, version bigint, epoch text)
    WHERE book.id = gone.id AND (book.epoch <> gone.epoch OR gone.version > book.version)
"""


LOCK = "SELECT FROM catalogue_book WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"


@dataclass
class Written:
    changed: int = 0
    pictures_wanted: bool = False

    def __iadd__(self, other: "Written") -> "Written":
        self.changed += other.changed
        self.pictures_wanted |= other.pictures_wanted
        return self


def lock(books: QuerySet) -> None:
    """Step: lock books in the order of their keys, as a checkout does, so that neither waits for the other in a circle."""
    list(books.order_by("pk").select_for_update(no_key=True).values_list("pk"))


def lock_those_of(rows: Iterable[Book | DeletedBook]) -> None:
    """Step: the same for the books of these rows, thousands of them for the price of one parameter."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [[row.id for row in rows]])


def newest(rows: Iterable[Book | DeletedBook]) -> list[Book | DeletedBook]:
    """This function will leave one row for each book, the one with the highest version."""
    by_id: dict[int, Book | DeletedBook] = {}
    for row in rows:
        if row.id not in by_id or row.version > by_id[row.id].version:
            by_id[row.id] = row
    return list(by_id.values())


def write(rows: list[Book | DeletedBook], *, epoch: str, now: datetime) -> tuple[Written, list[BadRow]]:
    """This function will bring the catalogue up to these rows inside the caller's transaction.

    Rows that the database does not take are answered, each with its reason; the others are written.
    """
    if not rows:
        return Written(), []
    try:
        with transaction.atomic():
            return _write(rows, epoch, now), []
    except (DataError, IntegrityError) as error:
        if len(rows) == 1:
            return Written(), [BadRow(str(rows[0].id), str(error).strip(), _plain(rows[0], epoch))]
    middle = len(rows) // 2
    first, first_bad = write(rows[:middle], epoch=epoch, now=now)
    second, second_bad = write(rows[middle:], epoch=epoch, now=now)
    first += second
    return first, first_bad + second_bad


def _write(rows: list[Book | DeletedBook], epoch: str, now: datetime) -> Written:
    written = Written()
    books = [_plain(row, epoch) for row in rows if isinstance(row, Book)]
    gone = [_plain(row, epoch) for row in rows if isinstance(row, DeletedBook)]
    with connection.cursor() as cursor:
        if books:
            cursor.execute(UPSERT, {"rows": _json(books), "now": now})
            written += Written(*cursor.fetchone())
        if gone:
            cursor.execute(RETIRE_DELETED, {"rows": _json(gone), "now": now})
            written += Written(cursor.rowcount)
    return written


def _json(rows: list[dict]) -> str:
    return orjson.dumps(rows).decode()


def _plain(row: Book | DeletedBook, epoch: str) -> dict:
    if isinstance(row, DeletedBook):
        return {"id": row.id, "version": row.version, "epoch": epoch, "deleted": True}
    plain = {**vars(row), "epoch": epoch, "price": str(row.price), "store_free": row.free}
    plain["contributors"] = [vars(each) for each in row.contributors]
    picture = plain.pop("picture")
    plain["picture_sha256"], plain["picture_url"] = (picture.sha256, picture.url) if picture else ("", "")
    return plain
