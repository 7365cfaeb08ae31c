"""Customers who buy at the same time, through the public pages. An order counts as accepted once they saw its page."""

import math
import random
import re
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from prove.browser import Browser, Stopped, fields, token_in
from prove.customers import Accepted, Customer
from prove.members import choose_letters, register
from prove.packers import is_to_leave
from prove.plan import Plan
from prove.prices import COUPON, COUPON_EVERY
from prove.sending_back import SendingBack
from prove.ways import SENT, Way, deal

ORDER_PAGE = re.compile(r"/orders/([0-9a-f-]{36})/")
LOOK_UP_EVERY_S = 0.2
ADDRESS = {
    "name": "Alice Prover",
    "line1": "1 Test Street",
    "line2": "",
    "postcode": "10115",
    "city": "Berlin",
    "country": "DE",
    "phone": "",
    "note": "",
}


class Tickets:
    """Hands out the orders to place, no more at a time than have been released."""

    def __init__(self, orders: int):
        self.orders, self._released, self._taken = orders, 0, 0
        self._changed = threading.Condition()

    def release(self, up_to: int) -> None:
        with self._changed:
            self._released = max(self._released, min(up_to, self.orders))
            self._changed.notify_all()

    def take(self, stop: threading.Event, within_s: float = math.inf) -> int | None:
        """The number of the next order, from 0; None when all are taken, or none was released in time."""
        until = time.monotonic() + within_s
        with self._changed:
            while self._taken >= self._released and self._taken < self.orders and not stop.is_set():
                if time.monotonic() >= until:
                    return None
                self._changed.wait(LOOK_UP_EVERY_S)
            if self._taken >= self.orders or stop.is_set():
                return None
            self._taken += 1
            return self._taken - 1

    @property
    def are_all_taken(self) -> bool:
        return self._taken >= self.orders


class Crowd:
    """All shoppers, each a thread."""

    def __init__(self, url: str, mail_url: str, plan: Plan, books: dict[str, list[int]], stop: threading.Event):
        self.mail_url = mail_url
        self.tickets = Tickets(plan.orders)
        self.ways = deal(plan)
        self.accepted: list[Accepted] = []
        self._to_send_back: deque[SendingBack] = deque()
        self.lived = 0  # orders whose customers have nothing more to do with them
        self.turned_away = 0  # carts that could not be had; their owner chose other books
        self.shoppers = [Shopper(self, n, url, plan, books, stop) for n in range(plan.shoppers)]

    @property
    def repeats(self) -> int:
        return sum(shopper.repeats for shopper in self.shoppers)

    @property
    def steps(self) -> int:
        """Grows as long as anybody gets on."""
        return len(self.accepted) + self.lived

    @property
    def errors(self) -> list[str]:
        return [error for shopper in self.shoppers for error in shopper.errors]

    def sending_of(self, order: Accepted) -> SendingBack | None:
        """What its customer sends back. What was dealt to an order that is never sent goes to the next that is."""
        if order.way.sends_back:
            self._to_send_back.append(order.way.sends_back)
        if order.way.story not in SENT or not is_to_leave(order.number):
            return None
        try:
            return self._to_send_back.popleft()
        except IndexError:  # nothing left, or another shopper was faster
            return None

    def start(self) -> None:
        for shopper in self.shoppers:
            shopper.start()

    def is_done(self) -> bool:
        return not any(shopper.is_alive() for shopper in self.shoppers)


@dataclass
class Visit:
    """An order whose customer comes back to it."""

    browser: Browser
    story: Iterator[float]
    due: float


class Shopper(threading.Thread):
    """Buys, and goes on with earlier orders when their time has come. Guests are another person with each order."""

    def __init__(self, crowd: Crowd, number: int, url: str, plan: Plan, books: dict, stop: threading.Event):
        super().__init__(name=f"shopper {number}", daemon=True)
        self.crowd, self.number, self.url, self.plan, self.books, self.stop = crowd, number, url, plan, books, stop
        self.is_member = bool(plan.members_every) and number % plan.members_every == 0
        self.browser = Browser(url, stop)
        self.email, self.errors = "", []
        self.visits: list[Visit] = []
        self._tries = self._repeats = 0

    @property
    def repeats(self) -> int:
        return self._repeats + self.browser.repeats

    def run(self) -> None:
        try:
            while not self.stop.is_set() and (self.visits or not self.crowd.tickets.are_all_taken):
                self._go_on()
                ticket = self.crowd.tickets.take(self.stop, within_s=LOOK_UP_EVERY_S)
                if ticket is not None:
                    self._buy(random.Random(f"{self.plan.seed}/{ticket}"), ticket)
                elif self.visits:
                    self.stop.wait(LOOK_UP_EVERY_S)
        except Stopped:
            pass
        except Exception as error:  # noqa: BLE001 - whatever it was, the report has to name it
            self.errors.append(f"{self.name}: {type(error).__name__}: {error}")

    def _go_on(self) -> None:
        for visit in [visit for visit in self.visits if visit.due <= time.monotonic()]:
            self._live(visit)

    def _live(self, visit: Visit) -> None:
        """Until the customer leaves for a while, or for good."""
        pause = next(visit.story, None)
        if pause is not None:
            visit.due = time.monotonic() + pause
            return
        self.visits.remove(visit)
        self.crowd.lived += 1
        if visit.browser is not self.browser:
            self._close(visit.browser)

    def _close(self, browser: Browser) -> None:
        self._repeats += browser.repeats
        browser.close()

    def _buy(self, chance: random.Random, ticket: int) -> None:
        """Until an order is placed: whoever is turned away chooses other books."""
        self._come_in(ticket)
        coupon = "" if ticket % COUPON_EVERY else COUPON
        while not (order := self._order(self._choose(chance), self.crowd.ways[ticket], coupon)):
            self.crowd.turned_away += 1
        order.sends_back = self.crowd.sending_of(order)
        self.crowd.accepted.append(order)
        customer = Customer(self.browser, order, payment_window_s=self.plan.payment_window_s)
        self.visits.append(Visit(self.browser, customer.live(), due=0))
        self._live(self.visits[-1])

    def _come_in(self, ticket: int) -> None:
        if not self.is_member:
            if all(visit.browser is not self.browser for visit in self.visits):
                self._close(self.browser)
            self.browser = Browser(self.url, self.stop)  # a new private window
            self.email = f"guest-{ticket}@prove.example"
        while self.is_member and not self.email:
            self._tries += 1
            email = f"member-{self.number}-{self._tries}@prove.example"
            self.browser = Browser(self.url, self.stop)
            if register(self.browser, email, mail_url=self.crowd.mail_url, stop=self.stop):
                self.email = email
                choose_letters(self.browser)

    def _choose(self, chance: random.Random) -> dict[int, int]:
        """Books and how many of each."""
        lines = chance.randint(1, self.plan.most_lines)
        wanted = {book: chance.randint(1, 2) for book in chance.sample(self.books["plenty"], lines)}
        if self.books["scarce"] and chance.random() < self.plan.scarce_share:
            wanted[chance.choice(self.books["scarce"])] = 1
        return wanted

    def _order(self, wanted: dict[int, int], way: Way, coupon: str) -> Accepted | None:
        """A coupon changes the total, so that the page is shown once more before the order is taken."""
        token = {}
        for book, quantity in wanted.items():
            if not token:
                token = {"csrfmiddlewaretoken": self._token(f"/books/{book}/")}
            self.browser.post("/cart/add/", token | {"book": book, "quantity": quantity})
        chosen = {"payment": "prepaid" if way.is_prepaid else "on_delivery", "email": self.email, "coupon": coupon}
        page = self.browser.get("/checkout/")
        while page.status_code in (200, 409):
            form = fields(page.text, '<form class="checkout"') | ADDRESS | chosen
            page = self.browser.post("/checkout/", form)
            if found := ORDER_PAGE.search(page.headers.get("Location", "")):
                return Accepted(found[1], Decimal(form["seen_total"]), self.email, way, coupon=coupon)
            if "line-problem" in page.text:
                self.browser.post("/cart/clear/", {"csrfmiddlewaretoken": form["csrfmiddlewaretoken"]})
                return None
        if page.status_code not in (302, 403):  # an empty cart, or a window whose cookies were lost
            raise AssertionError(f"checkout answered {page.status_code}: {page.text[:300]}")
        return None

    def _token(self, path: str) -> str:
        page = self.browser.get(path)
        if page.is_redirect:  # the book's own address has its title in it
            page = self.browser.get(page.headers["Location"])
        return token_in(page.text) or token_in(self.browser.get("/accounts/login/").text)
