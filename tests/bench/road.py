"""How long the road takes: a status to the customer's page and mailbox, a delivery of books to the shop's shelves."""

import csv
import itertools
import re
import statistics
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import requests

from parts.programs import Commands
from prove.browser import Browser, fields, token_in
from prove.packers import CHOSEN, LIST
from prove.shoppers import ADDRESS

STATE = re.compile(r'class="state state-(\w+)"')
FOUND = re.compile(r"([\d,]+) books")
RAN = re.compile(r"books: (\d+) rows read, (\d+) changed, .*?(\d+) requests, (\d+) statements, ([\d.]+) s")
GIVE_UP_S = 120
TIMETABLE_S = 60  # how often the timetable reads the statuses
HEADER = "isbn13 title authors first_published language price currency copies".split()


def place_orders(shop: Browser, books: list[int], how_many: int, *, books_each: int = 1) -> Iterator[tuple[str, str]]:
    """This function will order as a guest, one order as each is asked for, and yield its number and mail address."""
    for n in range(how_many):
        token = {"csrfmiddlewaretoken": token_in(shop.get("/accounts/login/").text)}
        for place in range(n * books_each, (n + 1) * books_each):
            shop.post("/cart/add/", token | {"book": books[place % len(books)], "quantity": 1})
        form = fields(shop.get("/checkout/").text, '<form class="checkout"')
        email = f"reader-{n}@bench.example"
        answer = shop.post("/checkout/", form | ADDRESS | {"email": email})
        yield answer.headers["Location"].split("/")[2], email


def log_in(store: Browser, login: dict) -> None:
    form = {"csrfmiddlewaretoken": token_in(store.get("/admin/login/").text)}
    store.post("/admin/login/", form | {"username": login["email"], "password": login["password"]})


def status_delays(shop: Browser, store: Browser, login: dict, mail_url: str, orders: Iterable[tuple[str, str]]) -> dict:
    """This function will ship each order in the admin and measure in seconds when page and mailbox say so."""
    log_in(store, login)
    page_s, mail_s = [], []
    for number, email in orders:
        _wait(lambda: _state(shop, number) == "accepted")
        saved = ship(store, number)
        page_s.append(_wait(lambda: _state(shop, number) == "shipped") - saved)
        mail_s.append(_wait(lambda: _has_letter(mail_url, email)) - saved)
    return {"page_s": spread(page_s), "mail_s": spread(mail_s)}


def delays_without_the_bell(bookshop, shop: Browser, store: Browser, login: dict, orders: list[str]) -> dict:
    """This function will ship orders at moments spread over a minute while no wake-up message of the store arrives."""
    for number in orders:
        _wait(lambda: _state(shop, number) == "accepted")
    bookshop.store.stop()
    bookshop.store.env["BROKER_URL"] = ""
    bookshop.store.start()
    bookshop.store.wait_until_ready()
    log_in(store, login)
    saved, page_s, began = {}, {}, time.monotonic()
    while len(page_s) < len(orders):
        assert time.monotonic() - began < GIVE_UP_S * 2, "The timetable does not find them."
        if len(saved) < len(orders) and time.monotonic() - began > len(saved) * TIMETABLE_S / len(orders):
            number = orders[len(saved)]
            saved[number] = ship(store, number)
        for number in saved.keys() - page_s.keys():
            if _state(shop, number) == "shipped":
                page_s[number] = time.monotonic() - saved[number]
        time.sleep(0.2)
    bookshop.store.stop()
    bookshop.store.env["BROKER_URL"] = bookshop.broker_url
    bookshop.store.start()
    bookshop.store.wait_until_ready()
    return {"page_s": spread(list(page_s.values()))}


def ship(store: Browser, number: str) -> float:
    """This function will pack an order whole and set it to success; it answers when the admin had saved that."""
    path = LIST + re.search(r"/admin/orders/order/(\d+)/change/", store.get(f"{LIST}?q={number}").text)[1] + "/change/"
    token = {"csrfmiddlewaretoken": token_in(store.get(path).text)}
    proposal = store.post(path, token | {"_propose": "1"}).text
    chosen = [("copies", barcode) for barcode in CHOSEN.findall(proposal)]
    success = [*fields(proposal, 'id="packing"').items(), *chosen, ("result", "success")]
    assert store.post(path, success).is_redirect
    return time.monotonic()


def wait_for_state(shop: Browser, number: str, state: str) -> None:
    """This function will look at an order's page until it says so."""
    _wait(lambda: _state(shop, number) == state)


def _state(shop: Browser, number: str) -> str:
    return STATE.search(shop.get(f"/orders/{number}/").text)[1]


def _has_letter(mail_url: str, email: str) -> bool:
    found = requests.get(f"{mail_url}/api/v2/search", params={"kind": "to", "query": email}, timeout=10).json()
    return any("shipped" in item["Content"]["Headers"]["Subject"][0] for item in found["items"])


def _wait(condition) -> float:
    deadline = time.monotonic() + GIVE_UP_S
    while not condition():
        assert time.monotonic() < deadline, "It has not happened within two minutes."
        time.sleep(0.02)
    return time.monotonic()


def spread(seconds: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(seconds, n=20, method="inclusive")  # nothing beyond what was seen
    return {"median": statistics.median(seconds), "p95": cuts[18], "worst": max(seconds), "of": len(seconds)}


def write_csv(file: Path, books: int) -> None:
    """Invented books in the importer's own format."""
    from store.demo.synthetic import synthetic

    with file.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(HEADER)
        for book, copies in zip(synthetic(books), itertools.cycle(range(13))):
            year = book.first_published
            writer.writerow(
                [book.isbn13, book.title, ", ".join(book.authors), year, book.language, "12.50", "EUR", copies]
            )


def import_and_sync(bookshop, shop: Browser, file: Path) -> dict:
    """This function will import a CSV while the system runs and wait until the shop lists every book of it."""
    with file.open(newline="") as rows:
        books = sum(1 for _ in csv.reader(rows)) - 1
    before = _listed(shop)
    job = Commands("import", [["import_books", str(file)]], home=bookshop.home, env=bookshop.store_env)
    began = time.monotonic()
    job.start()
    job.process.wait(600)
    ended = time.monotonic()
    assert job.process.returncode == 0, job.log.read_text()[-2000:]
    shown = _wait(lambda: _listed(shop) >= before + books)
    return {"books": books, "import_s": ended - began, "shown_after_s": max(0.0, shown - ended)}


def _listed(shop: Browser) -> int:
    return int(FOUND.search(shop.get("/books/").text)[1].replace(",", ""))


def run_sync(bookshop) -> dict:
    """This function will run the shop's own sync_books and read its summary."""
    job = Commands("sync", [["sync_books"]], home=bookshop.home, env=bookshop.shop_env)
    job.log.unlink(missing_ok=True)
    job.start()
    job.process.wait(600)
    rows, changed, asked, statements, seconds = RAN.findall(job.log.read_text())[-1]
    return {
        "rows": int(rows),
        "changed": int(changed),
        "requests": int(asked),
        "shop_statements": int(statements),
        "seconds": float(seconds),
    }


def new_browser(url: str) -> Browser:
    return Browser(url, threading.Event())
