"""What a scan at the packing bench costs while shelves and queue are full."""

import random
import re
import statistics
import time

import psycopg

from bench import multiply, road
from bench.cost import counted, measured
from bench.feeds import without_workers
from prove.browser import token_in

TEMPLATES = 20
BOOKS_EACH = 3
PACKED, COUNTED = 100, 20  # orders: those that are measured, and those whose statements are counted
QUEUES = 20  # times that the queue is looked at
SEED = 5
TONE = re.compile(r'data-tone="(\w+)"')
OPEN = "state IN ('received', 'packing')"
PROMISED = f"""
    SELECT line.book_id, sum(line.quantity)::int FROM orders_orderline line
    JOIN orders_order o ON o.id = line.order_id AND o.{OPEN} GROUP BY line.book_id
"""
MORE_COPIES = """
    WITH came_in AS (
        INSERT INTO stock_bookitem (book_id, barcode, shelf, condition, state, origin, received_at)
        SELECT book_id, 'B' || lpad(nextval('stock_barcode')::text, 9, '0'), 'Z-' || mod(n, 500), 'new', 'available', 'demo',
               now()
        FROM unnest(%s::bigint[], %s::int[]) AS book(book_id, number), generate_series(1, number) AS n
        RETURNING id
    )
    INSERT INTO stock_ledgerline (copy_id, from_state, to_state, reason, note, actor, at)
    SELECT id, '', 'available', 'received', '', 'bench', now() FROM came_in
"""
RIGHT_LEVELS = f"""
    UPDATE stock_stocklevel level
    SET on_shelf = (SELECT count(*) FROM stock_bookitem WHERE book_id = level.book_id AND state = 'available'),
        reserved = promised.number
    FROM ({PROMISED}) AS promised(book_id, number) WHERE promised.book_id = level.book_id
"""
ORDERS = (
    f"SELECT id, ARRAY(SELECT book_id FROM orders_orderline WHERE order_id = o.id) FROM orders_order o WHERE {OPEN}"
)
FREE = """
    SELECT book_id, array_agg(barcode ORDER BY id DESC) FROM stock_bookitem WHERE state = 'available' GROUP BY book_id
"""


def scans(bookshop, shop, store, login: dict, books: list[int], *, copies: int, orders: int) -> dict:
    """This function will fill shelves and queue, and then pack orders of three books each by their copies' labels."""
    placed = [number for number, _ in road.place_orders(shop, books, TEMPLATES, books_each=BOOKS_EACH)]
    for number in placed:
        road.wait_for_state(shop, number, "accepted")
    with without_workers(bookshop):
        multiply.multiply_closed(bookshop.postgres, placed, orders - len(placed))
        _fill_the_shelves(bookshop, copies)
        road.log_in(store, login)
        todo = _plan(bookshop, PACKED + COUNTED)
        token = token_in(store.get("/admin/packing/").text)
        _scan_all(store, token, todo[:1])
        found = _measured(bookshop, store, token, todo[1:PACKED])
        with counted(bookshop) as cost:
            spent = _scan_all(store, token, todo[PACKED:])
        with measured(bookshop) as queue:
            for _ in range(QUEUES):
                assert store.get("/admin/packing/").ok
    found["statements"] = round(cost.statements["store"] / len(spent), 1)
    found["queue_cpu_ms"] = round((queue.cpu_s["store"] + queue.cpu_s["postgres"]) / QUEUES * 1000, 1)
    return found | {"copies": copies, "open_orders": orders}


def _measured(bookshop, store, token: str, todo: list[tuple[int, list[str]]]) -> dict:
    with measured(bookshop) as cost:
        milliseconds = _scan_all(store, token, todo)
    number = len(milliseconds)
    return {
        "scans": number,
        "cpu_ms": {part: round(cost.cpu_s[part] / number * 1000, 1) for part in ("store", "postgres")},
        "median_ms": round(statistics.median(milliseconds), 1),
        "p95_ms": round(statistics.quantiles(milliseconds, n=20)[18], 1),
    }


def _fill_the_shelves(bookshop, copies: int) -> None:
    """So many copies, and of each book at least those that are promised."""
    with psycopg.connect(bookshop.postgres.url("store"), autocommit=True) as store:
        promised = dict(store.execute(PROMISED).fetchall())
        each = copies // len(promised) + 1
        store.execute(MORE_COPIES, [list(promised), [max(each, number) for number in promised.values()]])
        store.execute(RIGHT_LEVELS)
        store.execute("VACUUM ANALYZE")


def _plan(bookshop, how_many: int) -> list[tuple[int, list[str]]]:
    """Orders from all over the queue, each with the labels of copies that fit."""
    with psycopg.connect(bookshop.postgres.url("store"), autocommit=True) as store:
        waiting, free = store.execute(ORDERS).fetchall(), dict(store.execute(FREE).fetchall())
    chosen = random.Random(SEED).sample(waiting, how_many)
    return [(order, [free[book].pop() for book in books]) for order, books in chosen]


def _scan_all(store, token: str, todo: list[tuple[int, list[str]]]) -> list[float]:
    """Milliseconds until each scan was answered."""
    spent = []
    for order, barcodes in todo:
        for barcode in barcodes:
            began = time.monotonic()
            answer = store.post(f"/admin/packing/{order}/", {"csrfmiddlewaretoken": token, "code": barcode})
            spent.append((time.monotonic() - began) * 1000)
            assert TONE.search(answer.text)[1] == "good", answer.text[-3000:]
    return spent
