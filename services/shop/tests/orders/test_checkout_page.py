"""The checkout through the door: as a guest, as a user, with mistakes, twice, and with nothing else running."""

import threading
import time
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from shopping import ADDRESS, checkout_form, hidden, log_in, order, put_in_cart, text

from shop.cart.models import CartLine
from shop.catalogue.models import Book
from shop.notifications.models import Mail
from shop.orders.models import Order
from shop.outbox.models import OutboxMessage

pytestmark = pytest.mark.django_db


def test_a_guest_orders_by_e_mail_alone(client, make_book):
    put_in_cart(client, make_book(1, title="Emma"), 2)
    answer = order(client)
    placed = Order.objects.get()
    assert answer.url == f"/orders/{placed.number}/"
    assert (placed.user, placed.email, placed.ship_city, str(placed.total)) == (
        None,
        "guest@example.org",
        "Berlin",
        "25.00",
    )
    page = text(client.get(answer.url))
    assert "Thank you. We received your order" in page and "Emma" in page and "€25.00" in page
    assert "still has to confirm" in page, "L2: nothing is told that the warehouse has not said"
    assert OutboxMessage.objects.count() == Mail.objects.count() == 1
    assert not CartLine.objects.exists()


def test_a_user_orders_to_the_accounts_address_and_is_asked_nothing_twice(client, alice, make_book):
    put_in_cart(client, make_book(1))
    log_in(client, alice.email)
    order(client, email="other@example.org", phone="+49 30 123", country="AT", city="Wien")
    placed = Order.objects.get()
    assert (placed.user, placed.email) == (alice, alice.email)
    put_in_cart(client, make_book(2))
    page = client.get("/checkout/").content.decode()
    assert 'value="Wien"' in page and 'value="+49 30 123"' in page and '<option value="AT" selected>' in page


def test_what_a_guest_typed_is_offered_to_nobody_else(client, make_book):
    """L28"""
    put_in_cart(client, make_book(1))
    order(client)
    stranger = Client()
    put_in_cart(stranger, make_book(2))
    assert "High Street" not in text(stranger.get("/checkout/"))


def test_log_in_from_the_checkout_comes_back_to_it_with_the_cart(client, alice, make_book):
    put_in_cart(client, make_book(1), 2)
    assert client.post("/checkout/", {"leave": "log-in"}).url == "/accounts/login/?next=/checkout/"
    assert log_in(client, alice.email, next="/checkout/").url == "/checkout/"
    assert "€25.00" in text(client.get("/checkout/"))


def test_an_empty_cart_cannot_check_out(client):
    """L10"""
    assert client.get("/checkout/").url == "/cart/"
    sent = {**ADDRESS, "checkout_key": str(uuid.uuid4()), "seen_total": "0.00"}
    assert client.post("/checkout/", sent).url == "/cart/"
    assert not Order.objects.exists() and not Mail.objects.exists()


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("email", "", "Please fill in: E-mail address."),
        ("email", "nonsense", "Enter a valid email address."),
        ("name", " ", "Please fill in: Full name."),
        ("line1", "", "Please fill in: Street and number."),
        ("city", "x" * 121, "at most 120 characters"),
        ("postcode", "1\0", "Null characters are not allowed."),
        ("country", "", "Please fill in: Country."),
        ("country", "XX", "Select a valid choice."),
        ("phone", "call me", "Please write the number with digits"),
        ("note", "x" * 501, "at most 500 characters"),
    ],
)
def test_a_mistake_is_told_beside_its_field_and_nothing_typed_is_lost(client, make_book, field, typed, told):
    put_in_cart(client, make_book(1))
    answer = order(client, **{"name": "Alice With A Long Name", field: typed})
    page = answer.content.decode()
    assert answer.status_code == 400 and told in text(answer)
    assert f'href="#id_{field}"' in page and f'id="id_{field}_error"' in page
    assert field == "name" or 'value="Alice With A Long Name"' in page
    assert not Order.objects.exists()


def test_a_form_without_a_good_key_gets_a_new_one_and_says_so(client, make_book):
    put_in_cart(client, make_book(1))
    answer = order(client, checkout_key="nonsense")
    assert answer.status_code == 400 and "This form was out of date." in text(answer)
    assert uuid.UUID(hidden(answer, "checkout_key"))


def test_sending_the_form_again_shows_the_same_order(client, make_book):
    """Back, and again: also when there is something new in the cart."""
    put_in_cart(client, make_book(1))
    form = checkout_form(client)
    first = client.post("/checkout/", form)
    assert client.post("/checkout/", form).url == first.url
    put_in_cart(client, make_book(2), 3)
    assert client.post("/checkout/", form).url == first.url
    assert Order.objects.count() == 1 and OutboxMessage.objects.count() == 1 and Mail.objects.count() == 1
    assert CartLine.objects.get().quantity == 3


@pytest.mark.django_db(transaction=True)
def test_a_double_click_makes_one_order(client, make_book):
    """L3, L4: six requests of one browser at the same moment."""
    put_in_cart(client, make_book(1))
    form, cookies, answers = checkout_form(client), client.cookies, []
    gate = threading.Barrier(6)

    def click():
        browser = Client()
        browser.cookies = cookies
        gate.wait()
        answers.append(browser.post("/checkout/", form))
        connection.close()

    threads = [threading.Thread(target=click) for _ in range(6)]
    [thread.start() for thread in threads]
    [thread.join(30) for thread in threads]
    placed = Order.objects.get()
    assert [answer.url for answer in answers] == [f"/orders/{placed.number}/"] * 6
    assert OutboxMessage.objects.count() == Mail.objects.count() == 1
    assert client.get(answers[0].url).status_code == 200


def test_the_key_of_anothers_order_shows_nothing_of_it(client, alice, bob, make_book):
    """L28"""
    put_in_cart(client, make_book(1))
    log_in(client, alice.email)
    form = checkout_form(client)
    client.post("/checkout/", form)
    stranger = Client()
    log_in(stranger, bob.email)
    put_in_cart(stranger, make_book(2, title="Bob's book"))
    answer = stranger.post("/checkout/", {**form, "seen_total": "12.50"})
    assert answer.status_code == 409 and Order.objects.count() == 1
    assert "Bob's book" in text(answer) and alice.email not in text(answer)
    assert stranger.get(f"/orders/{Order.objects.get().number}/").status_code == 404


def test_a_price_that_changed_is_shown_before_it_is_ordered(client, make_book):
    put_in_cart(client, make_book(1))
    form = checkout_form(client)
    Book.objects.update(price="15.00")
    answer = client.post("/checkout/", form)
    assert answer.status_code == 409 and "it was €12.50" in text(answer) and not Order.objects.exists()
    again = {**form, "seen_total": hidden(answer, "seen_total"), "checkout_key": hidden(answer, "checkout_key")}
    assert client.post("/checkout/", again).status_code == 302
    assert str(Order.objects.get().total) == "15.00"


def test_a_short_book_is_named_and_one_click_takes_what_is_left(client, make_book):
    put_in_cart(client, make_book(1, title="Emma"), 5)
    put_in_cart(client, make_book(2, title="Dracula"), 1)
    form = checkout_form(client)
    Book.objects.filter(pk=1).update(store_free=2)
    Book.objects.filter(pk=2).update(store_free=0)
    answer = client.post("/checkout/", form)
    page = answer.content.decode()
    assert answer.status_code == 409 and not Order.objects.exists()
    assert 'value="1:2"' in page and 'value="1:0"' in page and 'value="2:0"' in page and 'value="2:1"' not in page
    answer = client.post("/checkout/", {**form, "adjust": "1:2"})
    answer = client.post("/checkout/", {**form, "adjust": "2:0"})
    assert answer.status_code == 200 and 'value="1 High Street"' in answer.content.decode()
    assert client.post("/checkout/", {**form, "seen_total": hidden(answer, "seen_total")}).status_code == 302
    assert [(line.title, line.quantity) for line in Order.objects.get().lines.all()] == [("Emma", 2)]


@pytest.mark.parametrize(
    "nonsense", ["", "1", ":", "1:x", "x:1", "1:-1", "1:1000000000", "99999999999999999999:1", "1:\0"]
)
def test_an_adjustment_that_makes_no_sense_changes_nothing(client, make_book, nonsense):
    put_in_cart(client, make_book(1), 2)
    assert client.post("/checkout/", {**checkout_form(client), "adjust": nonsense}).status_code == 200
    assert CartLine.objects.get().quantity == 2


def test_an_order_needs_neither_broker_nor_store_nor_mail_server_nor_redis(client, make_book, settings, monkeypatch):
    """L1, L3: everything but the database points at a closed port, and nobody waits for it."""
    import shop.bell
    from worker_bell import Bell

    settings.STORE_URL = settings.PUBLIC_URL = "http://127.0.0.1:9"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    settings.CACHES = {"default": {"BACKEND": "shop.cache.ForgivingRedisCache", "LOCATION": "redis://127.0.0.1:9/0"}}
    monkeypatch.setattr(shop.bell, "_bell", Bell("amqp://guest:guest@127.0.0.1:9//"))
    book = make_book(1)
    started = time.monotonic()
    client.get("/")
    put_in_cart(client, book)
    assert order(client).status_code == 302
    assert time.monotonic() - started < 3, "four requests, on a machine that may be busy"
    assert OutboxMessage.objects.get().state == Mail.objects.get().state == "waiting"


def test_copies_are_changed_in_the_summary_and_what_was_typed_stays(client, make_book):
    put_in_cart(client, make_book(1, title="Emma"), 2)
    put_in_cart(client, make_book(2))
    typed = checkout_form(client, name="Alice With A Long Name", email="typed@example.org", note="Ring twice")
    assert 'value="1:3"' in (page := client.get("/checkout/").content.decode()) and 'value="1:1"' in page
    page = client.post("/checkout/", {**typed, "adjust": "1:3"})
    kept = page.content.decode()
    assert page.status_code == 200 and "3 × Emma" in text(page) and "Total €50.00" in text(page)
    assert all(f'value="{word}"' in kept for word in ("Alice With A Long Name", "typed@example.org", "1:4", "1:2"))
    assert "Ring twice" in kept and hidden(page, "checkout_key") == typed["checkout_key"]
    client.post("/checkout/", {**typed, "adjust": "1:1"})
    one = client.get("/checkout/").content.decode()
    assert 'value="1:1" formnovalidate aria-disabled="true"' in one, "the button stays where the focus is"


def test_by_htmx_the_summary_changes_alone_and_an_empty_cart_is_shown_as_such(client, make_book):
    put_in_cart(client, make_book(1), 2)
    form, htmx = checkout_form(client), {"HX-Request": "true"}
    answer = client.post("/checkout/", {**form, "adjust": "1:3"}, headers=htmx)
    assert (
        answer.content.decode().startswith('<section class="sum" id="sum"') and "<html" not in answer.content.decode()
    )
    assert 'id="cart-badge" hx-swap-oob="true">3<' in answer.content.decode()
    answer = client.post("/checkout/", {**form, "adjust": "1:0"}, headers=htmx)
    assert answer["HX-Redirect"] == "/cart/"


def test_another_address_is_taken_without_losing_note_payment_or_coupon(client, alice, bob, make_book, make_coupon):
    make_coupon()
    log_in(client, alice.email)
    here = {"used_at": timezone.now(), "line1": "9 Far Lane", "postcode": "1010", "city": "Wien", "country": "AT"}
    home, his = alice.addresses.create(name="Alice", **here), bob.addresses.create(name="Bob", **here)
    alice.addresses.create(name="Alice At Work", **{**here, "line1": "1 Desk Street"}, phone="12345")
    put_in_cart(client, make_book(1))
    typed = checkout_form(client, note="Ring twice", coupon="save10", line1="typed by hand")
    assert f'name="address" value="{home.pk}"' in client.get("/checkout/").content.decode()
    page = client.post("/checkout/", {**typed, "address": home.pk})
    kept = page.content.decode()
    assert page.status_code == 200 and 'value="9 Far Lane"' in kept and "typed by hand" not in kept
    assert "Ring twice" in kept and 'value="save10"' in kept and "€11.25" in text(page)
    for not_hers in (his.pk, "x", "9" * 30, "a\0"):
        answer = client.post("/checkout/", {**typed, "address": not_hers})
        assert 'value="typed by hand"' in answer.content.decode() and "Bob" not in answer.content.decode()
    assert Client().post("/checkout/", {**typed, "address": home.pk}).status_code == 302, "nothing to order"
    assert not Order.objects.exists()
