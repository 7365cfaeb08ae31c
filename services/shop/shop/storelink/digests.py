"""What the shop has, in short, made word for word as the store makes its digests; see store_client.digests."""

from typing import NamedTuple
from uuid import UUID

from django.db import connection

from shop.orders.states import FROM_STORE, State
from store_client.digests import BOOKS_IN_A_RANGE

LAST_ID = 2**63 - 1
# An order is expected in the store while it is open there, or once the store has said something about it.
OPEN = (State.PLACED, State.ACCEPTED, State.PACKING, State.PARTLY_SHIPPED, State.CANCEL_REQUESTED)
_OPEN_SQL = ", ".join(f"'{state}'" for state in OPEN)
_WORDS_SQL = " ".join(f"WHEN '{state}' THEN '{word}'" for word, state in FROM_STORE.items())

_BOOKS_SQL = """
    SELECT id, retired_at IS NOT NULL AS gone, version, epoch, store_free,
           md5(jsonb_build_array(
               id, isbn13, title, subtitle, to_jsonb(authors), publisher, series, series_number, language,
               format, first_published, description, price::text, currency, categories, picture_sha256
           )::text) AS book,
           md5(jsonb_build_array(id, store_free)::text) AS stock
    FROM catalogue_book WHERE id >= %(first)s AND id < %(end)s
"""
BOOK_RANGES_SQL = f"""
    SELECT id / %(range)s * %(range)s, count(*), md5(string_agg(book, '' ORDER BY id)),
           md5(string_agg(stock, '' ORDER BY id))
    FROM ({_BOOKS_SQL}) AS books WHERE NOT gone GROUP BY 1 ORDER BY 1
"""
BOOK_ROWS_SQL = f"SELECT id, gone, version, epoch, store_free, book FROM ({_BOOKS_SQL}) AS books ORDER BY id"
_ORDERS_SQL = f"""
    SELECT o.number, o.state, o.store_version, o.store_version > 0 OR o.state IN ({_OPEN_SQL}) AS expected,
           md5(CASE WHEN first.body ->> 'status' = 'cancelled' THEN jsonb_build_array(o.number)
                    ELSE jsonb_build_array(o.number, o.total::text, o.currency, o.payment, lines.content)
               END::text) AS content,
           md5(jsonb_build_array(
               o.number, CASE o.state {_WORDS_SQL} ELSE o.state END, o.store_version, COALESCE(lines.counts, '[]'::jsonb)
           )::text) AS progress
    FROM orders_order o
    LEFT JOIN storelink_storeevent first ON first.order_id = o.number AND first.version = 1
    LEFT JOIN LATERAL (
        SELECT jsonb_agg(jsonb_build_array(position, book_id, isbn13, quantity, unit_price::text) ORDER BY position)
                   AS content,
               jsonb_agg(jsonb_build_array(position, packed, shipped, short) ORDER BY position)
                   FILTER (WHERE packed + shipped + short > 0) AS counts
        FROM orders_orderline line WHERE line.order_id = o.number
    ) lines ON true
    WHERE o.number >= %(first)s AND o.number <= %(last)s
"""
ORDER_RANGES_SQL = f"""
    SELECT left(number::text, %(digits)s), count(*), md5(string_agg(content, '' ORDER BY number)),
           md5(string_agg(progress, '' ORDER BY number))
    FROM ({_ORDERS_SQL}) AS orders WHERE expected GROUP BY 1 ORDER BY 1
"""
# Whatever has not reached the store yet, or waits for a person, is no drift; the outbox shows it.
ORDER_ROWS_SQL = f"""
    SELECT number, state, store_version, expected, content, progress, EXISTS (
        SELECT FROM outbox_outboxmessage message
        WHERE message.topic IN ('order placed', 'order cancel') AND message.key = orders.number::text
          AND message.state <> 'sent'
    ) AS under_way
    FROM ({_ORDERS_SQL}) AS orders ORDER BY number
"""
# A return is expected in the store unless it was refused before the store had it.
_RETURNS_SQL = """
    SELECT r.number, r.state, r.version, r.version > 0 OR r.state = 'asked' AS expected,
           md5(jsonb_build_array(
               r.number, r.order_id, r.state, r.version, r.reason, COALESCE(lines.counts, '[]'::jsonb)
           )::text) AS digest
    FROM returns_return r
    LEFT JOIN LATERAL (
        SELECT jsonb_agg(jsonb_build_array(line.position, b.quantity, b.received, b.restocked, b.damaged, b.not_ours,
                                           b.missing, b.refund) ORDER BY line.position) AS counts
        FROM returns_returnline b JOIN orders_orderline line ON line.id = b.line_id WHERE b.of_id = r.number
    ) lines ON true
    WHERE r.number >= %(first)s AND r.number <= %(last)s
"""
RETURN_RANGES_SQL = f"""
    SELECT left(number::text, %(digits)s), count(*), md5(string_agg(digest, '' ORDER BY number))
    FROM ({_RETURNS_SQL}) AS returns WHERE expected GROUP BY 1 ORDER BY 1
"""
RETURN_ROWS_SQL = f"""
    SELECT number, state, version, expected, digest, EXISTS (
        SELECT FROM outbox_outboxmessage message
        WHERE message.topic = 'return asked' AND message.key = returns.number::text AND message.state <> 'sent'
    ) AS under_way
    FROM ({_RETURNS_SQL}) AS returns ORDER BY number
"""


class Digest(NamedTuple):
    """Of one range: how many rows, and the digests of the subjects that are compared together."""

    count: int
    first: str
    second: str = ""


class BookHere(NamedTuple):
    id: int
    gone: bool
    version: int
    epoch: str
    free: int
    book: str


class OrderHere(NamedTuple):
    number: UUID
    state: str
    store_version: int
    expected: bool
    content: str
    progress: str
    under_way: bool


class ReturnHere(NamedTuple):
    number: UUID
    state: str
    version: int
    expected: bool
    digest: str
    under_way: bool


def book_ranges(first: int, end: int | None) -> dict[int, Digest]:
    """This function will digest the books on sale from one id up to another, or to the last."""
    params = {"first": first, "end": LAST_ID if end is None else end, "range": BOOKS_IN_A_RANGE}
    return {first: Digest(*rest) for first, *rest in _rows(BOOK_RANGES_SQL, params)}


def book_rows(first: int) -> dict[int, BookHere]:
    params = {"first": first, "end": min(first + BOOKS_IN_A_RANGE, LAST_ID)}
    return {row[0]: BookHere(*row) for row in _rows(BOOK_ROWS_SQL, params)}


def order_ranges(first: str, end: str | None) -> dict[str, Digest]:
    """This function will digest the orders that the store should have, from one range of numbers up to another."""
    return {first: Digest(*rest) for first, *rest in _rows(ORDER_RANGES_SQL, _span(first, end))}


def order_rows(prefix: str) -> dict[UUID, OrderHere]:
    return {row[0]: OrderHere(*row) for row in _rows(ORDER_ROWS_SQL, _whole(prefix))}


def return_ranges(first: str, end: str | None) -> dict[str, Digest]:
    """This function will digest the returns that the store should have, from one range of numbers up to another."""
    return {first: Digest(*rest) for first, *rest in _rows(RETURN_RANGES_SQL, _span(first, end))}


def return_rows(prefix: str) -> dict[UUID, ReturnHere]:
    return {row[0]: ReturnHere(*row) for row in _rows(RETURN_ROWS_SQL, _whole(prefix))}


def _span(first: str, end: str | None) -> dict:
    last = int(end.ljust(32, "0"), 16) - 1 if end else 16**32 - 1
    return {"first": UUID(first.ljust(32, "0")), "last": UUID(int=last), "digits": len(first)}


def _whole(prefix: str) -> dict:
    return {"first": UUID(prefix.ljust(32, "0")), "last": UUID(prefix.ljust(32, "f"))}


def _rows(sql: str, params: dict) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()
