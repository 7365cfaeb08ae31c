"""What shoppers do through the door, for tests."""

import re
import uuid

ADDRESS = {
    "email": "guest@example.org",
    "name": "Alice Example",
    "line1": "1 High Street",
    "line2": "",
    "postcode": "10115",
    "city": "Berlin",
    "country": "DE",
    "phone": "",
    "note": "",
}


def put_in_cart(client, book, quantity=1):
    answer = client.post("/cart/add/", {"book": book.pk, "quantity": quantity})
    assert answer.status_code == 302, answer.content
    return answer


def hidden(answer, name):
    """The value of a hidden field of the page."""
    return re.search(rf'name="{name}" value="([^"]*)"', answer.content.decode())[1]


def checkout_form(client, **changes):
    """What the browser would send from the checkout page, filled in."""
    page = client.get("/checkout/")
    assert page.status_code == 200
    keys = {name: hidden(page, name) for name in ("checkout_key", "seen_total")}
    return {**ADDRESS, **keys, **changes}


def order(client, **changes):
    return client.post("/checkout/", checkout_form(client, **changes))


def log_in(client, email, password="a-long-password", **more):
    return client.post("/accounts/login/", {"login": email, "password": password, **more})


def text(answer):
    """A page as somebody reads it: without tags, in one line."""
    words = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return " ".join(words.replace("&#x27;", "'").replace("&amp;", "&").split())


def new_key():
    return str(uuid.uuid4())
