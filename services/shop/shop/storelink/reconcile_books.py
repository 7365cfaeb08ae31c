"""Books and their free copies: the store owns them, and the shop's are made like the store's."""

from typing import NamedTuple

from django.db import transaction

from shop.bell import ring_after_commit
from shop.catalogue.models import Book as ShopBook
from shop.storelink import book_rows, digests, set_aside
from shop.storelink.books import refuse_mass_retirement
from shop.storelink.digests import BookHere, Digest
from shop.storelink.feeds import MassRetirement
from shop.storelink.models import Comparison, Feed
from shop.storelink.reconcile_stage import Stage, TooManyAtOnce
from store_client import Book, BookRow
from store_client.digests import BOOKS_IN_A_RANGE
from worker_bell import Topic

BOOKS, STOCK = Comparison.Subject.BOOKS, Comparison.Subject.STOCK
RANGES = 5  # of a thousand ids each; a page must come within a read timeout, also from a busy store
AT_ONCE = 1_000
TOLD = (
    "isbn13 title subtitle authors publisher series series_number language format first_published description "
    "price currency"
)


class Pair(NamedTuple):
    """A book as both sides have it in short."""

    there: BookRow | None
    here: BookHere | None

    @property
    def sold_there(self) -> bool:
        return self.there is not None and not self.there.gone

    @property
    def sold_here(self) -> bool:
        return self.here is not None and not self.here.gone

    @property
    def subjects(self) -> list[Comparison.Subject]:
        if self.sold_there != self.sold_here:
            return [BOOKS]
        if not self.sold_there:
            return []
        return [BOOKS] * (self.there.book != self.here.book) + [STOCK] * (self.there.free != self.here.free)

    @property
    def is_under_way(self) -> bool:
        return self.there is not None and not self.there.in_feed


class BooksStage(Stage):
    name = "books"
    feed = Feed.Name.BOOKS
    subjects = (BOOKS, STOCK)

    def first_place(self) -> int:
        return 0

    def page(self):
        there = self.store.book_ranges(self.piece.place, RANGES)
        theirs = {row.first: Digest(row.count, row.books, row.stock) for row in there.ranges}
        return theirs, digests.book_ranges(self.piece.place, there.next), there.next

    def look(self, first: int) -> dict[int, Pair]:
        there = {row.id: row for row in self.store.book_rows(first)}
        here = digests.book_rows(first)
        pairs = {pk: Pair(there.get(pk), here.get(pk)) for pk in sorted(there.keys() | here.keys())}
        return {
            pk: pair
            for pk, pair in pairs.items()
            if not pair.is_under_way and any(subject in self.by_subject for subject in pair.subjects)
        }

    def settle(self, first: int, rows: dict[int, Pair]) -> None:
        whole = {book.id: book for book in self.store.books_after(max(first - 1, 0), BOOKS_IN_A_RANGE)}
        known = ShopBook.objects.in_bulk(rows)
        leaving = [pk for pk, pair in rows.items() if not pair.sold_there]
        staying = [pk for pk, pair in rows.items() if pair.sold_there]
        written = self._write([whole[pk] for pk in staying if pk in whole]) if self.piece.repair else set()
        for pk in staying:
            for subject in rows[pk].subjects:
                if found := self.by_subject.get(subject):
                    sentence = _difference(subject, rows[pk], whole.get(pk), known.get(pk))
                    found.note(sentence, repaired=pk in written)
        self._retire(leaving, known)

    def _write(self, rows: list[Book]) -> set[int]:
        """Answer which books are now as the store told them, or newer."""
        now = self.piece.now()
        with transaction.atomic(durable=True):
            epoch = Feed.objects.values_list("epoch", flat=True).get(name=self.feed)
            books = ShopBook.objects.filter(pk__in=[row.id for row in rows])
            book_rows.lock(books)
            newer = {pk: version for pk, version in books.filter(epoch=epoch).values_list("pk", "version")}
            rows = [row for row in rows if newer.get(row.id, 0) <= row.version]
            # The version says that the row was heard already, and the row says something else: it is heard again.
            books.filter(pk__in=[row.id for row in rows]).update(epoch="")
            written, bad = book_rows.write(rows, epoch=epoch, now=now)
            set_aside.put(self.feed, bad, now=now)
            if written.pictures_wanted:
                ring_after_commit(Topic.PICTURES)
        return {row.id for row in rows} - {int(row.key) for row in bad}

    def _retire(self, leaving: list[int], known: dict[int, ShopBook]) -> None:
        for pk in leaving:
            self.by_subject[BOOKS].note(
                f"Book {pk}, “{known[pk].title}”, is on sale here, and the store has it no more."
            )
        self.piece.later += leaving
        if self.piece.accept:
            self.finish()

    def finish(self) -> None:
        if not (self.piece.repair and self.piece.later):
            return
        now, going = self.piece.now(), self.piece.later
        if not self.piece.accept:
            try:
                refuse_mass_retirement(len(going), now=now, command="reconcile --repair --accept")
            except MassRetirement as error:
                raise TooManyAtOnce(str(error)) from error
        for start in range(0, len(going), AT_ONCE):
            with transaction.atomic(durable=True):
                books = ShopBook.objects.listed().filter(pk__in=going[start : start + AT_ONCE])
                book_rows.lock(books)
                books.update(retired_at=now)
        self.by_subject[BOOKS].repaired += len(going)
        self.piece.later = []


def _difference(subject: str, pair: Pair, there: Book | None, here: ShopBook | None) -> str:
    if here is None or not pair.sold_here:
        return f"Book {pair.there.id} is on sale in the store, and not here."
    named = f"Book {here.pk}, “{here.title}”"
    if subject == STOCK:
        return f"{named}: {pair.here.free} free here, {pair.there.free} in the store."
    if there is None:
        return f"{named}: the store's row cannot be read; correct it in the store."
    told = {name: (getattr(here, name), getattr(there, name)) for name in TOLD.split()}
    told["authors"] = (tuple(here.authors), there.authors)
    told["categories"] = (tuple(map(tuple, here.categories)), there.categories)
    told["picture"] = (here.picture_sha256, there.picture.sha256 if there.picture else "")
    other = [
        f"{name} {ours!r:.60} here, {theirs!r:.60} in the store"
        for name, (ours, theirs) in told.items()
        if ours != theirs
    ]
    return f"{named}: {'; '.join(map(str, other)) or 'its text differs'}."
