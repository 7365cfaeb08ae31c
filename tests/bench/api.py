"""What calls of the shop's API cost it in processor time and statements, and how fast the store tells its feed."""

import time
from itertools import count

import requests

from bench.books import grow_the_catalogue
from bench.cost import counted, cpu_seconds
from bench.feeds import reader, without_workers
from prove.shoppers import ADDRESS

REQUESTS, ORDERS, READINGS = 100, 20, 5
LARGEST_PAGE = 2_000
TO = {name: part for name, part in ADDRESS.items() if name != "note"}


def api_costs(bookshop, books: list[int], *, in_feed: int) -> dict:
    """This function will ask as a member of staff, whose rate is high enough for it, and once as a guest.

    :param in_feed: at least so many books the store tells of.

    Processor time is that of all of the shop's web processes, user and system, with gunicorn's part of it.
    """
    session, guest, shop = _logged_in(bookshop), requests.Session(), bookshop.shop.url
    guest.trust_env = False
    number = count(1)
    new = lambda: session.get(f"{shop}/api/products/?page_size=100&never_asked_before={next(number)}")  # noqa: E731
    known = lambda: session.get(f"{shop}/api/products/?page_size=100")  # noqa: E731
    known_to_guests = lambda: guest.get(f"{shop}/api/products/?page_size=100")  # noqa: E731
    one = lambda: session.get(f"{shop}/api/products/{books[0]}/")  # noqa: E731
    orders = lambda: session.get(f"{shop}/api/orders/")  # noqa: E731

    def order() -> requests.Response:
        items = [{"product_id": books[next(number) % len(books)], "quantity": 1}]
        return session.post(f"{shop}/api/orders/", json={"cart_items": items, "address": TO})

    with without_workers(bookshop):  # whose statements would be taken for those of an order
        costs = {
            "order (POST)": _cost(bookshop, order, times=ORDERS),
            "products, 100, not kept": _cost(bookshop, new),
            "products, 100, kept": _cost(bookshop, known),
            "products, 100, kept, guest": _cost(bookshop, known_to_guests),
            "one product, kept": _cost(bookshop, one),
            "orders": _cost(bookshop, orders),
        }
        grow_the_catalogue(bookshop, in_feed)
        return {"calls": costs, "feed": _feed(bookshop)}


def _logged_in(bookshop) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    owner = bookshop.card()["logins"]["owner"]
    wish = {"username": owner["email"], "password": owner["password"]}
    answer = session.post(f"{bookshop.shop.url}/auth/token/", json=wish)
    answer.raise_for_status()
    session.headers["Authorization"] = f"Bearer {answer.json()['access']}"
    return session


def _cost(bookshop, ask, *, times: int = REQUESTS) -> dict:
    pid = bookshop.shop.process.pid
    answer = ask()
    assert answer.ok, answer.text[:500]
    before = cpu_seconds(pid)
    for _ in range(times):
        assert ask().ok
    cpu_ms = (cpu_seconds(pid) - before) / times * 1000
    with counted(bookshop) as few:
        ask()
    return {
        "cpu_ms": round(cpu_ms, 2),
        "statements": few.statements["shop"],
        "kilobytes": round(len(answer.content) / 1000, 1),
    }


def _feed(bookshop) -> dict:
    """The whole feed of books, again and again, by one reader."""
    session, url, rows = reader(bookshop), f"{bookshop.store.url}/api/books/changes/?limit={LARGEST_PAGE}", 0
    began, before = time.monotonic(), cpu_seconds(bookshop.store.process.pid)
    for _ in range(READINGS):
        after = ""
        while after is not None:
            page = session.get(url + after).json()
            rows += len(page["changes"])
            after = f"&after={page['next']}" if page["more"] else None
    seconds = time.monotonic() - began
    used = cpu_seconds(bookshop.store.process.pid) - before
    return {"rows": rows, "rows_per_s": round(rows / seconds), "store_cpu_ms_per_1000": round(used / rows * 1e6, 1)}
