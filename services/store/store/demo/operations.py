"""Fill an empty warehouse with the demo's books, and empty it again."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from datetime import datetime
from hashlib import sha256
from itertools import chain, islice
from os import cpu_count

from django.core.files.storage import default_storage
from django.db import connection, transaction

from store.catalogue.models import Book, Category, SentPicture, SmallPicture
from store.catalogue.pictures import Picture
from store.counting.models import CountedCopy, ShelfCount
from store.demo.classics import DemoBook, classics
from store.demo.covers import draw_cover
from store.demo.motifs import HEIGHT, WIDTH
from store.demo.offers import offer_of
from store.demo.synthetic import ISBN_PREFIX, MOST_BOOKS, synthetic
from store.holds.models import Hold, HoldLine
from store.orders.models import Allocation, Order, OrderEvent, OrderLine
from store.orders.parcels import Parcel, ParcelEvent
from store.receiving.models import DeliveredCopy, Delivery, DeliveryLine
from store.returns.models import Return, ReturnedCopy, ReturnEvent, ReturnLine
from store.ringing import ring_after_commit
from store.stock.models import BookItem, CountTask, LedgerLine, Origin, StockLevel
from store.stock.operations import Delivery as Arriving
from store.stock.operations import receive_copies
from store.works.turn import Turn
from worker_bell import Topic

ACTOR = "populate_db"
BATCH = 1000
LONGEST_WAIT_FOR_TABLES = "10s"
# Everything that clear_store empties. Users, credentials and the feed of books are not among it.
EMPTIED = (
    Book,
    SentPicture,
    SmallPicture,
    Book.categories.through,
    Category,
    BookItem,
    LedgerLine,
    StockLevel,
    CountTask,
    Order,
    OrderLine,
    Allocation,
    Parcel,
    ParcelEvent,
    OrderEvent,
    Hold,
    HoldLine,
    Delivery,
    DeliveryLine,
    DeliveredCopy,
    ShelfCount,
    CountedCopy,
    Return,
    ReturnLine,
    ReturnedCopy,
    ReturnEvent,
)
COUNTED = (Book, BookItem, Order, Category)

Progress = Callable[[int], None]


class AnotherImportRuns(Exception):
    """An import, or another filling with demo books, is under way."""


def most_books() -> int:
    return MOST_BOOKS + sum(1 for _ in classics())


def demo_books(number: int) -> Iterator[DemoBook]:
    """This function will yield the first ``number`` demo books: the classics, then invented ones."""
    return islice(chain(classics(), synthetic(MOST_BOOKS)), number)


def missing_books(number: int, *, progress: Progress = lambda done: None) -> int:
    """This function will count those of the first ``number`` demo books that the store does not have."""
    missing = 0
    for batch in _batches(demo_books(number)):
        missing += len(_unknown(batch))
        progress(len(batch))
    return missing


def other_books() -> int:
    """This function will count the store's books that are no demo books, that is, outside the demo's range of ISBNs."""
    return Book.objects.exclude(isbn13__startswith=ISBN_PREFIX).count()


def add_books(number: int, *, now: datetime, progress: Progress = lambda done: None) -> tuple[int, int]:
    """This function will see that the store has the first ``number`` demo books; it answers how many books and copies
    it added. Books it knows are left exactly as they are, so it can be repeated, also after an interruption.

    :param progress: is told after each batch how many books that were.
    :raises AnotherImportRuns: what was added until then stays.
    """
    books = copies = 0
    with ThreadPoolExecutor(cpu_count()) as painters:
        for batch in _batches(demo_books(number)):
            # Covers are drawn and filed before the transaction, in which nothing may be slow.
            pictures = _draw_covers(_unknown(batch), painters)
            more_books, more_copies = _add_batch(batch, pictures, now)
            books, copies = books + more_books, copies + more_copies
            progress(len(batch))
    return books, copies


def _batches(books: Iterable[DemoBook]) -> Iterator[list[DemoBook]]:
    books = iter(books)
    while batch := list(islice(books, BATCH)):
        yield batch


def _unknown(batch: list[DemoBook]) -> list[DemoBook]:
    isbns = [book.isbn13 for book in batch]
    known = set(Book.objects.filter(isbn13__in=isbns).values_list("isbn13", flat=True))
    return [book for book in batch if book.isbn13 not in known]


def _draw_covers(batch: list[DemoBook], painters: Executor) -> dict[str, Book]:
    """This function will file a cover for each classic, and answer rows that know their picture, by ISBN."""
    classic = [book for book in batch if book.has_cover]
    filed = {}
    for book, picture in zip(classic, painters.map(_cover, classic), strict=True):
        filed[book.isbn13] = row = Book()
        row.put_picture(picture)
    return filed


def _cover(book: DemoBook) -> Picture:
    jpeg = draw_cover(
        isbn13=book.isbn13,
        title=book.title,
        subtitle=book.subtitle,
        authors=list(book.authors),
        category=book.categories[0],
    )
    return Picture(jpeg, sha256(jpeg).hexdigest(), WIDTH, HEIGHT)


def _add_batch(batch: list[DemoBook], pictures: dict[str, Book], now: datetime) -> tuple[int, int]:
    with transaction.atomic(durable=True):
        _lock_out_imports()
        new = _unknown(batch)
        if not new:
            return 0, 0
        rows = Book.objects.bulk_create(_filled(pictures.get(book.isbn13) or Book(), book) for book in new)
        _put_into_categories(new, rows)
        offers = [(row.id, offer_of(row.isbn13)) for row in rows]
        arriving = [Arriving(book_id, offer.copies, offer.shelf) for book_id, offer in offers]
        copies = receive_copies(arriving, origin=Origin.DEMO, actor=ACTOR, now=now)
        ring_after_commit(Topic.BOOKS)
        ring_after_commit(Topic.COVERS)
    return len(rows), copies


def _lock_out_imports() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [int(Turn.IMPORTS)])
        if not cursor.fetchone()[0]:
            raise AnotherImportRuns


def _filled(row: Book, book: DemoBook) -> Book:
    row.isbn13, row.title, row.subtitle = book.isbn13, book.title, book.subtitle
    row.authors, row.publisher, row.language = list(book.authors), book.publisher, book.language
    row.first_published, row.format = book.first_published, offer_of(book.isbn13).format
    row.series, row.series_number, row.description = book.series, book.series_number, book.description
    row.price = offer_of(book.isbn13).price
    return row


def _put_into_categories(books: list[DemoBook], rows: list[Book]) -> None:
    known = {(parent, name): pk for pk, parent, name in Category.objects.values_list("id", "parent_id", "name")}
    placed = []
    for book, row in zip(books, rows, strict=True):
        for path in book.categories:
            parent = None
            for name in path:
                if (parent, name) not in known:
                    known[parent, name] = Category.objects.create(parent_id=parent, name=name).id
                parent = known[parent, name]
            placed.append(Book.categories.through(book_id=row.id, category_id=parent))
    Book.categories.through.objects.bulk_create(placed)


def contents() -> dict[str, int]:
    """This function will count what clear_store would remove, by the plural names of the things."""
    return {str(model._meta.verbose_name_plural): model.objects.count() for model in COUNTED}


def clear_store() -> None:
    """This function will empty the store of books, copies, orders and categories, for ever.

    Users and credentials stay. So does the feed of books, in which a trigger notes each book as gone: the shop hears it.

    :raises OperationalError: after ten seconds, if somebody is using the tables and does not finish.
    """
    pictures = _pictures()
    tables = ", ".join(connection.ops.quote_name(model._meta.db_table) for model in EMPTIED)
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LONGEST_WAIT_FOR_TABLES])
        # Ledger and events refuse DELETE, rightly. No CASCADE: a table that is missing above must stop us, not be lost.
        cursor.execute(f"TRUNCATE {tables}")
        ring_after_commit(Topic.BOOKS)
    # Files go last: a row without its file would be worse than a file without a row.
    for name in pictures - _pictures():
        default_storage.delete(name)


def _pictures() -> set[str]:
    large = Book.objects.exclude(picture="").values_list("picture", flat=True)
    return {*large, *SmallPicture.objects.exclude(name="").values_list("name", flat=True)}
