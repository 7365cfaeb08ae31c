"""The catalogue follows the store's feed of books."""

from datetime import datetime, timedelta

from django.conf import settings

from shop.bell import ring_after_commit
from shop.catalogue import filing
from shop.catalogue.models import Book as ShopBook
from shop.clock import Clock
from shop.storelink import book_rows, set_aside
from shop.storelink.feeds import MassRetirement, Run, read_feed
from shop.storelink.models import Feed
from store_client import Book, DeletedBook, Page, StoreClient
from worker_bell import Topic

ALWAYS_ALLOWED = 20  # that many books may go at any time
LOOK_BACK = timedelta(hours=1)


def sync_books(store: StoreClient, clock: Clock, *, accept: bool = False, run_for: timedelta | None = None) -> Run:
    """This function will apply what the store has told of its books; see read_feed()."""
    return read_feed(BooksReader(store, accept=accept), clock, accept=accept, run_for=run_for)


class BooksReader:
    name = Feed.Name.BOOKS

    def __init__(self, store: StoreClient, *, accept: bool):
        self._store = store
        self._accept = accept

    def fetch(self, after: str) -> Page:
        return self._store.book_changes(after)

    def apply(self, page: Page, *, now: datetime) -> int:
        rows = book_rows.newest(page.rows)
        book_rows.lock_those_of(rows)
        self._refuse(listed(rows), now=now)
        written, not_taken = book_rows.write(rows, epoch=page.epoch, now=now)
        set_aside.let_go(self.name, [str(row.id) for row in rows])
        set_aside.put(self.name, [*page.bad, *not_taken], now=now)
        if written.pictures_wanted:
            ring_after_commit(Topic.PICTURES)
        return written.changed

    def finish_walk(self, epoch: str, *, now: datetime) -> None:
        """Step: the whole feed was read; books it did not name are gone. An empty feed retires nothing by itself."""
        unseen = ShopBook.objects.listed().exclude(epoch=epoch)
        going = unseen.count()
        if not going:
            return
        if not self._accept and going == ShopBook.objects.listed().count():
            raise MassRetirement(_please_look(f"The store names not one of the shop's {going} books any more."))
        self._refuse(going, now=now)
        book_rows.lock(unseen)
        unseen.update(retired_at=now)

    def distrust(self) -> None:
        """Step: versions count anew although the feed's life has kept its name; whatever is told now is newer."""
        ShopBook.objects.update(epoch="")

    def hurry(self) -> bool:
        """Step: the books first; finding them is prepared when all are here."""
        filing.file_later()
        return True

    def catch_up(self) -> bool:
        return filing.file_some() > 0

    def _refuse(self, going: int, *, now: datetime) -> None:
        if not self._accept:
            refuse_mass_retirement(going, now=now, command="sync_books --accept")


def refuse_mass_retirement(going: int, *, now: datetime, command: str) -> None:
    """:raises MassRetirement: if too many books would go within an hour, with the command that says yes to it."""
    gone = ShopBook.objects.filter(retired_at__gt=now - LOOK_BACK).count() if going else 0
    before = ShopBook.objects.listed().count() + gone if going else 0
    if going and gone + going > max(ALWAYS_ALLOWED, settings.MASS_RETIREMENT_SHARE * before):
        raise MassRetirement(
            _please_look(f"{gone + going} of {before} books would be retired within an hour.", command)
        )


def listed(rows: list[Book | DeletedBook]) -> int:
    """How many of these books are on sale now and would not be afterwards."""
    leaving = [row.id for row in rows if isinstance(row, DeletedBook) or row.retired]
    return ShopBook.objects.listed().filter(pk__in=leaving).count() if leaving else 0


def _please_look(fact: str, command: str = "sync_books --accept") -> str:
    return f"{fact} If that is right, say so with: {command}"
