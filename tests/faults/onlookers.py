"""Who buys in the fault tests, and who looks at what became of it."""

import time
from contextlib import suppress
from html.parser import HTMLParser

import psycopg
import requests

from parts.bookshop import Bookshop


def wait_for(condition, within: float, what: str):
    """This function will ask until the answer is true, and return it."""
    ends = time.monotonic() + within
    while not (answer := condition()):
        assert time.monotonic() < ends, f"Not within {within} s: {what}"
        time.sleep(0.2)
    return answer


class Form(HTMLParser):
    """What a browser would send back of the checkout form."""

    def __init__(self, page: str):
        super().__init__()
        self.fields, self._inside = {}, False
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "form":
            self._inside = "checkout" in (given.get("class") or "")
        elif (
            self._inside
            and tag == "input"
            and given.get("name")
            and (given.get("type") != "radio" or "checked" in given)
        ):
            self.fields[given["name"]] = given.get("value") or ""

    def handle_endtag(self, tag):
        if tag == "form":
            self._inside = False


class Guest:
    """Buys over the public pages without an account."""

    def __init__(self, shop: str, name: str):
        self.shop, self.email, self.line = shop, f"{name}@faults.example", requests.Session()
        self.line.trust_env = False

    def buy(self, book: int) -> tuple[str, float]:
        """This function will order one copy, and return the order's number and how long the checkout took, in seconds."""
        page = self.line.get(f"{self.shop}/books/{book}/", timeout=10)
        page.raise_for_status()
        self.line.post(
            f"{self.shop}/cart/add/",
            {"book": book, "quantity": 1, "csrfmiddlewaretoken": self.line.cookies["csrftoken"]},
            headers={"Referer": page.url},
            timeout=10,
        ).raise_for_status()
        form = Form(self.line.get(f"{self.shop}/checkout/", timeout=10).text).fields
        address = {
            "name": "Alice Reader",
            "line1": "Long Lane 1",
            "postcode": "10115",
            "city": "Berlin",
            "country": "DE",
        }
        began = time.monotonic()
        answer = self.line.post(
            f"{self.shop}/checkout/", form | address | {"email": self.email}, allow_redirects=False, timeout=10
        )
        assert answer.status_code == 302, answer.text[:2000]
        return answer.headers["Location"].split("/orders/")[1].split("/")[0], time.monotonic() - began


class Onlooker:
    """Both databases and the mailbox, looked into from outside."""

    def __init__(self, whole: Bookshop):
        self.whole = whole

    def ask(self, service: str, statement: str, *values) -> list[tuple]:
        with psycopg.connect(self.whole.postgres.url(service), autocommit=True) as line:
            return line.execute(statement, values).fetchall()

    def on_sale(self) -> list[int]:
        """Books with enough copies for one in each story, also while an order counts twice on its way: sold and reserved."""
        rows = self.ask("shop", "SELECT id FROM catalogue_book WHERE retired_at IS NULL AND store_free > 6 ORDER BY id")
        return [row[0] for row in rows]

    def is_quiet(self) -> bool:
        """Nothing waits: no message, no letter, no order the store has not answered."""
        with suppress(psycopg.OperationalError):
            return self.ask(
                "shop",
                "SELECT (SELECT count(*) FROM outbox_outboxmessage WHERE state <> 'sent') "
                "+ (SELECT count(*) FROM notifications_mail WHERE state <> 'sent') "
                "+ (SELECT count(*) FROM orders_order WHERE state = 'placed')",
            ) == [(0,)]
        return False

    def letters(self) -> list[str]:
        """The Message-IDs of all mails that were delivered."""
        answer = requests.get(f"{self.whole.mail.web_url}/api/v2/messages", params={"limit": 250}, timeout=10)
        return [mail["Content"]["Headers"]["Message-ID"][0] for mail in answer.json()["items"]]
