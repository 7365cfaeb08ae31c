"""Telling how many copies of each book were sold: counted again when an order has moved, at most once a second."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from django.utils import timezone

from shop.catalogue.models import Book
from shop.live.database import Database, DatabaseAway
from shop.live.reading import Event
from shop.live.streams import Sockets, Stream, Told, message
from shop.orders.models import OrderLine
from shop.staff.sold import sold_since

log = logging.getLogger(__name__)

APART_S = 1.0
MOST_BOOKS = 100  # in one message; what is left waits for the next
MOST_ISBNS = 100  # that one socket can name
TOPIC = ("sold",)
COUNTS = ("sold", "shipped", "orders")


@dataclass(frozen=True, slots=True)
class WatchSold:
    """:ivar isbns: the books that matter; empty for all of them."""

    source: ClassVar[str] = ""
    topics: ClassVar[frozenset[Hashable]] = frozenset({TOPIC})
    days: int
    isbns: frozenset[str]

    def picks(self, counts: list[dict]) -> list[dict]:
        return [one for one in counts if not self.isbns or one["isbn13"] in self.isbns]


class SoldTeller:
    """While nobody listens, nothing is counted."""

    def __init__(self, sockets: Sockets, database: Database):
        self._sockets, self._database = sockets, database
        self._moved: set[UUID] = set()
        self._books: set[int] = set()
        self._new: list[Stream] = []
        self._changed = asyncio.Event()

    def note(self, events: Iterable[Told]) -> None:
        if self._sockets.watching([TOPIC]):
            self._moved |= {event.number for event in events if isinstance(event, Event)}
            if self._moved:
                self._changed.set()

    def begin_with(self, stream: Stream) -> None:
        """This function will have a new client told of what is, before it hears of what changes."""
        self._new.append(stream)
        self._changed.set()

    async def tell_for_ever(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                await self._tell()
            except DatabaseAway as error:
                self._changed.set()
                log.warning("What is sold could not be counted: %s", type(error).__name__)
            await asyncio.sleep(APART_S)

    async def _tell(self) -> None:
        now, new, moved = timezone.now(), list(self._new), set(self._moved)
        self._books |= await self._database.ask(_books_of, moved)
        self._moved -= moved
        books = sorted(self._books)[:MOST_BOOKS]
        told = {}
        for stream in new:
            told[stream] = await self._database.ask(_at_first, stream.watch, now=now)
        by_days = defaultdict(list)
        for stream in self._sockets.watching([TOPIC]) - set(self._new):
            by_days[stream.watch.days].append(stream)
        for days, streams in by_days.items() if books else ():
            counts = await self._database.ask(_counts, days, books, now=now)
            told |= {stream: picked for stream in streams if (picked := stream.watch.picks(counts))}
        for stream, counts in told.items():
            stream.put(message("sold", days=stream.watch.days, books=counts))
        self._new = [stream for stream in self._new if stream not in new]
        self._books -= set(books)
        if self._books:
            self._changed.set()


def _books_of(orders: set[UUID]) -> set[int]:
    return set(OrderLine.objects.filter(order__in=orders).values_list("book_id", flat=True)) if orders else set()


def _at_first(watch: WatchSold, *, now: datetime) -> list[dict]:
    """The books that are named, or those of which most are sold."""
    if watch.isbns:
        named = Book.objects.filter(isbn13__in=watch.isbns).values_list("pk", flat=True)
        return _counts(watch.days, list(named), now=now)
    return [_written(row) for row in sold_since(now - timedelta(days=watch.days))[:MOST_BOOKS]]


def _counts(days: int, books: list[int], *, now: datetime) -> list[dict]:
    """Also of books of which none is sold any more."""
    found = sold_since(now - timedelta(days=days)).filter(book__in=books)
    counts = {row["book_id"]: _written(row) for row in found}
    missing = Book.objects.filter(pk__in=[book for book in books if book not in counts])
    for book_id, isbn13, title in missing.values_list("pk", "isbn13", "title"):
        counts[book_id] = {"product_id": book_id, "isbn13": isbn13, "title": title} | dict.fromkeys(COUNTS, 0)
    return list(counts.values())


def _written(row: dict) -> dict:
    named = {"product_id": row["book_id"], "isbn13": row["book__isbn13"], "title": row["book__title"]}
    return named | {name: row[name] for name in COUNTS}
