"""How many orders a second go from the shop's outbox through one worker into the store, and what each of them costs."""

import time

import psycopg

from bench import multiply, road
from bench.cost import counted, measured
from parts.programs import Celery

TEMPLATES = 20
COUNTED = 100
PAUSE_S = 0.2
GIVE_UP_S = 1_200
WAITING = "SELECT count(*) FROM outbox_outboxmessage WHERE state = 'waiting'"
ORDERS = "SELECT count(*) FROM orders_order"
WELL = "SELECT count(*) FROM orders_order WHERE state = 'accepted' AND number = ANY(%s)"


def throughput(
    bookshop, shop, books: list[int], closed: list[str], *, orders: int, sizes: list[int], say
) -> list[dict]:
    """This function will let a backlog of orders flow, again and again while more old orders lie in the tables.

    The letters that the orders lead to are left waiting: in production they have a worker of their own.

    :param closed: numbers of orders that were shipped, to be copied until the tables are as large as wanted.
    """
    everything = bookshop.worker
    _fill_the_shelves(bookshop)
    found = []
    for size in sizes:
        everything.stop()
        grow_the_orders(bookshop, closed, size)
        say(f"{orders} orders flow while {size:,} lie in the tables …")
        worker = Celery(
            "worker", ["-Q", "orders,sync", "--concurrency", "2"], home=bookshop.home, env=bookshop.shop_env
        )
        found.append({"in_the_tables": size} | _flow(bookshop, worker, shop, books, orders))
        bookshop.worker = everything
        everything.start()
        everything.wait_until_ready()
    return found


def grow_the_orders(bookshop, closed: list[str], size: int) -> None:
    """This function will copy closed orders until there are so many."""
    missing = size - _ask(bookshop, ORDERS)
    if missing > 0:
        multiply.multiply_closed(bookshop.postgres, closed, missing)


def _fill_the_shelves(bookshop) -> None:
    """More copies than will be sold, so that none is refused. Only their number counts here; nobody packs them."""
    with psycopg.connect(bookshop.postgres.url("store")) as store:
        store.execute("UPDATE stock_stocklevel SET on_shelf = on_shelf + 1000000")
    road.run_sync(bookshop)


def _flow(bookshop, worker: Celery, shop, books: list[int], orders: int) -> dict:
    bookshop.worker = worker
    counting = _pile_up(bookshop, shop, books, COUNTED)
    with counted(bookshop) as each:
        worker.start()
        _wait(bookshop, until=0)
    worker.stop()
    flowing = _pile_up(bookshop, shop, books, orders)
    worker.start()
    _wait(bookshop, until=orders - 1)
    with measured(bookshop) as cost:
        _wait(bookshop, until=0)
    worker.stop()
    cost.statements = {database: number * orders / COUNTED for database, number in each.statements.items()}
    for numbers in (counting, flowing):
        assert _ask(bookshop, WELL, [numbers]) == len(numbers), "Not every order came through."
    return {"orders": orders, "orders_per_s": round(orders / cost.seconds, 1), **cost.of_each(orders)}


def _pile_up(bookshop, shop, books: list[int], orders: int) -> list[str]:
    """A few orders through the public pages, the others their copies; all have their books held in the store."""
    placed = [number for number, _ in road.place_orders(shop, books, min(TEMPLATES, orders))]
    return placed + multiply.multiply_waiting(bookshop.postgres, placed, orders - len(placed))


def _wait(bookshop, *, until: int) -> None:
    deadline = time.monotonic() + GIVE_UP_S
    with psycopg.connect(bookshop.postgres.url("shop"), autocommit=True) as shop:
        while shop.execute(WAITING).fetchone()[0] > until:
            assert time.monotonic() < deadline, "The orders do not flow."
            time.sleep(PAUSE_S)


def _ask(bookshop, question: str, parameters: list | None = None) -> int:
    with psycopg.connect(bookshop.postgres.url("shop"), autocommit=True) as shop:
        return shop.execute(question, parameters).fetchone()[0]
