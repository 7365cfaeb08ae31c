"""What customers do with an order once it is placed: pay it at the bank, come back later, cancel it."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlsplit

import requests

from prove.browser import PAUSE_S, Browser, token_in
from prove.sending_back import LOOKS_EVERY_S, SendingBack, send_back
from prove.ways import Way

BANK = "/test-bank/"
BACK = re.compile(r'<a href="([^"]+)">Back to the shop')
STATE = re.compile(r'class="state state-(\w+)"')
NOT_YET_ACCEPTED = ("awaiting_payment", "placed")
TOO_LATE_S = 2.0  # after the end of the time to pay
CHARGES = {"pay": 1, "notice-first": 1, "lose-notice": 1, "late": 1, "twice": 2}  # by the button pressed at the bank


@dataclass
class Accepted:
    """An order as its customer saw it.

    :ivar coupon: its code, if the price they saw was less by one.
    :ivar charges: how often the bank told the customer that it took the money.
    :ivar approvals: how often the customer let the shop take the money by itself.
    :ivar returns: how many requests to send copies back the shop took.
    """

    number: str
    total: Decimal
    email: str
    way: Way
    charges: int = 0
    approvals: int = 0
    coupon: str = ""
    sends_back: SendingBack | None = None
    returns: int = 0


class Customer:
    """One customer with one order. A story yields the seconds after which its customer comes back."""

    def __init__(self, browser: Browser, order: Accepted, *, payment_window_s: float):
        self.browser, self.order, self.window_s = browser, order, payment_window_s
        self.path = f"/orders/{order.number}/"

    def live(self) -> Iterator[float]:
        """To the end of the story; who is among those who send copies back waits for the parcel and asks."""
        yield from STORIES[self.order.way.story](self)
        if self.order.sends_back:
            yield from send_back(self, self.order.sends_back)

    def pays(self, button: str = "pay", *, returns: bool = True) -> Iterator[float]:
        while bank := self._way_to_bank():
            page = self.ask("GET", bank).text
            if token_in(page):
                back = self._press(bank, button, page)
                if returns and back:
                    self.ask("GET", urlsplit(back).path)
                break
            # Over: the answer to an earlier press was lost. The link on the bank's page leads back, and the shop hears of it.
            self.ask("GET", urlsplit(BACK.search(page)[1]).path)
        yield from ()

    def is_declined(self, *, tries_again: bool) -> Iterator[float]:
        yield from self.pays("decline")
        if tries_again:
            yield from self.pays()

    def pays_too_late(self) -> Iterator[float]:
        if bank := self._way_to_bank():
            yield self.window_s + TOO_LATE_S
            self._press(bank, "pay")

    def never_pays(self) -> Iterator[float]:
        self._way_to_bank()
        yield from ()

    def cancels(self, *, pays_first: bool = False, once_accepted: bool = False) -> Iterator[float]:
        if pays_first:
            yield from self.pays()
        while once_accepted and self.state() in NOT_YET_ACCEPTED:
            yield LOOKS_EVERY_S
        self._cancel()

    def cancels_and_pays_then(self) -> Iterator[float]:
        """The page of the bank is still open in another tab."""
        bank = self._way_to_bank()
        yield from self.cancels()
        if bank:
            self._press(bank, "pay")

    def _way_to_bank(self) -> str:
        """The address of the bank's page; "" if the order cannot be paid, or not any more."""
        while True:
            page = self.ask("GET", f"{self.path}pay/")
            if page.is_redirect:
                return ""
            form = {"csrfmiddlewaretoken": token_in(page.text), "gateway": "test"}
            where = self.ask("POST", f"{self.path}pay/start/", form).headers["Location"]
            if where.startswith(BANK):
                return where
            if where == self.path:
                return ""  # the page says why
            time.sleep(PAUSE_S)  # "this way to pay does not answer at the moment"

    def _press(self, bank: str, button: str, page: str = "") -> str:
        """The address to which the bank sends its customer back; "" if it does not.

        A press whose answer was lost is pressed again, and the bank says that the payment is over: it was taken.

        :param page: the bank's page, if it is open already.
        """
        form = {"csrfmiddlewaretoken": token_in(page or self.ask("GET", bank).text), "choice": button}
        answer = self.ask("POST", bank, form, expected=(200, 302, 409))
        self.order.charges += CHARGES.get(button, 0)
        self.order.approvals += button == "approve"
        return answer.headers.get("Location", "")

    def _cancel(self) -> None:
        page = self.ask("GET", f"{self.path}cancel/")
        if not page.is_redirect:  # it would be too late
            self.ask("POST", f"{self.path}cancel/", {"csrfmiddlewaretoken": token_in(page.text)})

    def state(self) -> str:
        return STATE.search(self.ask("GET", self.path).text)[1]

    def ask(self, method: str, path: str, form: dict | None = None, *, expected=(200, 302)) -> requests.Response:
        answer = self.browser.get(path) if method == "GET" else self.browser.post(path, form)
        if answer.status_code not in expected:
            raise AssertionError(f"{method} {path} answered {answer.status_code}: {answer.text[:300]}")
        return answer


Story = Callable[[Customer], Iterator[float]]
STORIES: dict[str, Story] = {
    "waits for the parcel": lambda one: iter(()),
    "pays": Customer.pays,
    "pays, and the notice comes first": lambda one: one.pays("notice-first"),
    "pays, and the notice is lost": lambda one: one.pays("lose-notice"),
    "pays twice": lambda one: one.pays("twice"),
    "pays, and closes the window": lambda one: one.pays(returns=False),
    "lets the shop take the money": lambda one: one.pays("approve"),
    "is declined, and pays then": lambda one: one.is_declined(tries_again=True),
    "is declined, and leaves": lambda one: one.is_declined(tries_again=False),
    "is paid late by the bank": lambda one: one.pays("late"),
    "pays too late": Customer.pays_too_late,
    "never pays": Customer.never_pays,
    "cancels at once": Customer.cancels,
    "cancels once it is accepted": lambda one: one.cancels(once_accepted=True),
    "cancels unpaid": Customer.cancels,
    "pays, and cancels at once": lambda one: one.cancels(pays_first=True),
    "pays, and cancels once it is accepted": lambda one: one.cancels(pays_first=True, once_accepted=True),
    "cancels, and pays then": Customer.cancels_and_pays_then,
}
