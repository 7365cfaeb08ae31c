"""What the store has, in short: digests of ranges and of rows, read strictly.

The MD5 of a row is that of the text of a JSON array as Postgres writes jsonb; the MD5 of a range is that of its rows'
MD5s, joined in the order of their keys. The arrays are, with amounts as texts and nothing for what is not there as null:

- a book: id, isbn13, title, subtitle, authors, publisher, series, series_number, language, format, first_published,
  description, price, currency, categories, the picture's sha256 or an empty text; retired books count as absent
- its stock: id, free
- an order: number, total, currency, payment, lines as [line, book, isbn13, quantity, unit_price]; of a cancel that came
  before its order the number alone
- its status: number, status, version, lines as [line, packed, shipped, short] without those that are all zero
- a return: number, order, status, version, reason, lines as [line, asked, received, restocked, damaged, not_ours, missing,
  refund]
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from store_client import messages, read

BOOKS_IN_A_RANGE = 1_000  # ids

Row = TypeVar("Row")


@dataclass(frozen=True)
class BookRange:
    """The books on sale whose ids are in the thousand that begins with `first`."""

    first: int
    count: int
    books: str
    stock: str

    @classmethod
    def parse(cls, row: dict) -> "BookRange":
        first = read.integer(row, "first")
        if first % BOOKS_IN_A_RANGE:
            raise read.NotAsAgreed(f"first: {first} does not begin a range")
        return cls(
            first=first, count=read.integer(row, "count"), books=read.md5(row, "books"), stock=read.md5(row, "stock")
        )


@dataclass(frozen=True)
class OrderRange:
    """The caller's orders whose numbers begin with `first`."""

    first: str
    count: int
    orders: str
    statuses: str

    @classmethod
    def parse(cls, row: dict) -> "OrderRange":
        return cls(
            first=read.prefix(row, "first"),
            count=read.integer(row, "count"),
            orders=read.md5(row, "orders"),
            statuses=read.md5(row, "statuses"),
        )


@dataclass(frozen=True)
class ReturnRange:
    """The caller's returns whose numbers begin with `first`."""

    first: str
    count: int
    returns: str

    @classmethod
    def parse(cls, row: dict) -> "ReturnRange":
        return cls(first=read.prefix(row, "first"), count=read.integer(row, "count"), returns=read.md5(row, "returns"))


@dataclass(frozen=True)
class Ranges(Generic[Row]):
    """Some ranges without the empty ones, and where to ask on; None at the end."""

    ranges: tuple[Row, ...]
    next: Any


@dataclass(frozen=True)
class BookRow:
    """One book in short.

    :ivar in_feed: whether a reader of the feed can have heard of this version.
    :ivar gone: retired or deleted; the digest is empty if it is deleted.
    """

    id: int
    version: int
    in_feed: bool
    gone: bool
    book: str
    free: int

    @classmethod
    def parse(cls, row: dict) -> "BookRow":
        return cls(
            id=read.integer(row, "id", low=1),
            version=read.integer(row, "version"),
            in_feed=read.flag(row, "in_feed"),
            gone=read.flag(row, "gone"),
            book=read.text(row, "book") and read.md5(row, "book"),
            free=read.integer(row, "free", low=0, high=read.INTEGER_MAX),
        )


@dataclass(frozen=True)
class OrderRow:
    """One order of the caller in short; `content` digests what was ordered, `progress` how far it is."""

    order: UUID
    status: str
    version: int
    in_feed: bool
    content: str
    progress: str

    @classmethod
    def parse(cls, row: dict) -> "OrderRow":
        return cls(
            order=read.uuid(row, "order"),
            status=read.text(row, "status", empty=False),
            version=read.integer(row, "version", high=read.INTEGER_MAX),
            in_feed=read.flag(row, "in_feed"),
            content=read.md5(row, "content"),
            progress=read.md5(row, "progress"),
        )


@dataclass(frozen=True)
class ReturnRow:
    """One return of the caller in short."""

    number: UUID
    status: str
    version: int
    in_feed: bool
    digest: str

    @classmethod
    def parse(cls, row: dict) -> "ReturnRow":
        return cls(
            number=read.uuid(row, "return"),
            status=read.text(row, "status", empty=False),
            version=read.integer(row, "version", high=read.INTEGER_MAX),
            in_feed=read.flag(row, "in_feed"),
            digest=read.md5(row, "digest"),
        )


@dataclass(frozen=True)
class StoredOrder:
    """An order as the store has it. A cancel that came before its order has no lines.

    :ivar lines: for each line its number, book, ISBN, copies and price.
    """

    order: UUID
    status: str
    version: int
    total: Any
    currency: str
    lines: tuple[tuple, ...]
    events: tuple[messages.OrderEvent, ...]

    @classmethod
    def parse(cls, body: dict) -> "StoredOrder":
        return cls(
            order=read.uuid(body, "order"),
            status=read.text(body, "status", empty=False),
            version=read.integer(body, "version"),
            total=read.money(body, "total"),
            currency=read.text(body, "currency"),
            lines=tuple(_line(read.obj(line)) for line in read.items(body, "lines")),
            events=messages.events_of(body),
        )


def ranges(
    body: Any, parse: Callable[[dict], Row], following: Callable[[dict, str], Any], *, after: Any
) -> Ranges[Row]:
    """This function will read one page of ranges.

    :raises read.NotAsAgreed: also if it does not lead on, so that nobody asks for ever.
    """
    page = read.obj(body)
    found = tuple(parse(read.obj(row)) for row in read.items(page, "ranges"))
    where = None if page.get("next", "") is None else following(page, "next")
    marks = [*(row.first for row in found), *([] if where is None else [where])]
    leads_on = all(earlier < later for earlier, later in zip(marks, marks[1:])) and where != after
    if not leads_on or any(mark < after or _length(mark) != _length(after) for mark in marks):
        raise read.NotAsAgreed("ranges: they do not follow one another")
    return Ranges(found, where)


def _length(mark: int | str) -> int:
    return len(mark) if isinstance(mark, str) else 0


def rows(body: Any, parse: Callable[[dict], Row]) -> tuple[Row, ...]:
    return tuple(parse(read.obj(row)) for row in read.items(read.obj(body), "rows"))


def _line(line: dict) -> tuple:
    return (
        read.integer(line, "line"),
        read.integer(line, "book"),
        read.text(line, "isbn13"),
        read.integer(line, "quantity"),
        read.money(line, "unit_price"),
    )
