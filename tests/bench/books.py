"""The first reading of a large catalogue: how quickly it is in the shop, and what it costs."""

import time

import psycopg

from bench.cost import forget_peaks, measured, peak_megabytes
from bench.feeds import read, without_workers
from parts.programs import Celery
from worker_bell import Bell, Topic

PAUSE_S = 0.1
GIVE_UP_S = 3_600
# Copies of the demo's books: texts, authors and categories as long as theirs, numbers of a range of their own.
MORE_BOOKS = """
    CREATE TEMP TABLE more AS
    SELECT n, (SELECT array_agg(id) FROM catalogue_book)[1 + n % (SELECT count(*) FROM catalogue_book)] AS old
    FROM generate_series((SELECT count(*) FROM catalogue_book), %(books)s - 1) AS n;
    ANALYZE more;
    INSERT INTO catalogue_book ({columns})
    SELECT {values} FROM more JOIN catalogue_book original ON original.id = more.old
    CROSS JOIN LATERAL jsonb_populate_record(NULL::catalogue_book, to_jsonb(original) || jsonb_build_object(
        'isbn13', '979' || lpad(more.n::text, 10, '0'), 'title', left(original.title, 280) || ' ' || more.n,
        'picture', '', 'picture_sha256', ''
    )) AS copied ORDER BY more.n;
    CREATE TEMP TABLE made AS
    SELECT book.id, more.old FROM more JOIN catalogue_book book ON book.isbn13 = '979' || lpad(more.n::text, 10, '0');
    INSERT INTO catalogue_book_categories (book_id, category_id)
    SELECT made.id, placed.category_id FROM made JOIN catalogue_book_categories placed ON placed.book_id = made.old;
    INSERT INTO stock_stocklevel (book_id, on_shelf, reserved) SELECT id, 3, 0 FROM made;
"""
COLUMNS = (
    "SELECT column_name FROM information_schema.columns WHERE table_name = 'catalogue_book' AND column_name <> 'id'"
)
FORGET = "TRUNCATE catalogue_book CASCADE; DELETE FROM storelink_feed WHERE name = 'books'"
HEARD = "SELECT heard_at IS NOT NULL AND NOT walking FROM storelink_feed WHERE name = 'books'"


def grow_the_catalogue(bookshop, books: int) -> None:
    """This function will bring the store to so many books, set-based."""
    with psycopg.connect(bookshop.postgres.url("store"), autocommit=True) as store:
        columns = [name for (name,) in store.execute(COLUMNS).fetchall()]
        statements = MORE_BOOKS.format(columns=", ".join(columns), values=", ".join(f"copied.{c}" for c in columns))
        for statement in statements.split(";"):
            if statement.strip():
                store.execute(statement.replace("%(books)s", str(books)))
        store.execute("VACUUM ANALYZE")


def first_sync(bookshop, books: int) -> dict:
    """This function will have the worker read the whole catalogue into a shop that has no book yet.

    Orders lose their lines by that, so it comes last.
    """
    grow_the_catalogue(bookshop, books)
    for part in (bookshop.beat, bookshop.worker):
        part.stop()
    everything = bookshop.worker
    bookshop.worker = Celery("worker", ["-Q", "sync", "--concurrency", "1"], home=bookshop.home, env=bookshop.shop_env)
    with psycopg.connect(bookshop.postgres.url("shop"), autocommit=True) as shop:
        shop.execute(FORGET)
        bookshop.worker.start()
        bookshop.worker.wait_until_ready()
        forget_peaks(bookshop.worker.process.pid)
        with measured(bookshop) as cost:
            Bell(bookshop.broker_url).ring(Topic.BOOKS)
            _wait(shop)
        peak = peak_megabytes(bookshop.worker.process.pid)
        (arrived,) = shop.execute("SELECT count(*) FROM catalogue_book").fetchone()
        shop.execute("VACUUM ANALYZE catalogue_book")
    bookshop.worker.stop()
    bookshop.worker = everything
    for part in (everything, bookshop.beat):
        part.start()
        part.wait_until_ready()
    return {
        "books": arrived,
        "seconds": round(cost.seconds, 2),
        "books_per_s": round(arrived / cost.seconds),
        "cpu_s_per_1000": {part: round(used / arrived * 1000, 4) for part, used in cost.cpu_s.items()},
        "worker_peak_mb": round(peak),
    }


def filing(bookshop) -> dict:
    """This function will have the rest of the books filed, so that search finds them, while nobody else reads."""
    with psycopg.connect(bookshop.postgres.url("shop"), autocommit=True) as shop, without_workers(bookshop):
        (left,) = shop.execute("SELECT count(*) FROM catalogue_unfiled").fetchone()
        with measured(bookshop) as cost:
            read(bookshop, "books", 1)
        (now_left,) = shop.execute("SELECT count(*) FROM catalogue_unfiled").fetchone()
    assert now_left == 0, f"{now_left} books wait for their cards."
    return {
        "books": left,
        "seconds": round(cost.seconds, 2),
        "books_per_s": round(left / cost.seconds),
        "postgres_cpu_s_per_1000": round(cost.cpu_s["postgres"] / max(left, 1) * 1000, 4),
    }


def _wait(shop: psycopg.Connection) -> None:
    deadline = time.monotonic() + GIVE_UP_S
    while (shop.execute(HEARD).fetchone() or (False,))[0] is not True:
        assert time.monotonic() < deadline, "The catalogue does not arrive."
        time.sleep(PAUSE_S)
