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


def code_sent_to(email):
    """The newest code that a letter to this address holds."""
    from shop.notifications.models import Mail

    letters = Mail.objects.filter(to=email.lower(), kind__startswith="email_confirmation").order_by("-pk")
    return re.search(r"^([A-Z0-9-]{6,9})$", letters.first().text, re.MULTILINE)[1]


def confirm(client, email, code="", **more):
    return client.post("/accounts/confirm-email/", {"code": code or code_sent_to(email), **more})


def register(client, email, password="a-long-password", **more):
    """This function will register and type the code, and answer what comes after it."""
    page = client.post("/accounts/signup/", {"email": email, "password1": password, **more})
    assert page.status_code == 302, text(page)
    return confirm(client, email)


def show_it_is_me(client, password="a-long-password"):
    """The password once more, as pages that matter ask for it."""
    assert client.post("/accounts/reauthenticate/", {"password": password}).status_code == 302
