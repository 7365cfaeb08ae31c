"""Who sees which order: its owner, the browser that placed it, and who holds its signed link."""

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from shopping import checkout_form, log_in, order, put_in_cart, text

from shop.orders.models import Order
from shop.orders.states import State

pytestmark = pytest.mark.django_db


@pytest.fixture
def placed(client, make_book):
    """A guest's order, placed in `client`."""
    put_in_cart(client, make_book(1, title="Emma"), 2)
    order(client)
    return Order.objects.get()


def orders_by(user, make_book, number):
    browser = Client()
    browser.force_login(user)
    for pk in range(100, 100 + number):
        put_in_cart(browser, make_book(pk))
        order(browser)
    return browser


def test_a_guest_sees_the_order_in_the_browser_that_placed_it_and_nobody_else_does(client, placed, alice, olga):
    """L28"""
    address = placed.get_absolute_url()
    assert client.get(address).status_code == 200
    for stranger in (None, alice, olga):
        browser = Client()
        if stranger:
            browser.force_login(stranger)
        assert browser.get(address).status_code == 404


def test_the_signed_link_opens_one_order_and_is_remembered(placed):
    address, other = placed.get_absolute_url(), Client()
    for wrong in ("", "x", placed.link_token[:-1], placed.link_token + "x", "é", str(placed.number)):
        assert other.get(address, {"key": wrong}).status_code == 404
    assert other.get(address, {"key": placed.link_token}).status_code == 200
    assert other.get(address).status_code == 200
    assert "noindex" in other.get(address).content.decode()


def test_the_link_of_one_order_does_not_open_another(placed, client, make_book):
    put_in_cart(client, make_book(2))
    order(client)
    another = Order.objects.exclude(pk=placed.pk).get()
    assert Client().get(another.get_absolute_url(), {"key": placed.link_token}).status_code == 404


def test_users_see_their_own_orders_and_nobody_elses(alice, bob, make_book):
    """L28"""
    hers = orders_by(alice, make_book, 2)
    other = Client()
    other.force_login(bob)
    assert hers.get("/orders/").content.decode().count('class="order-card"') == 2
    assert "You have not ordered anything yet." in text(other.get("/orders/"))
    for one in Order.objects.all():
        assert hers.get(one.get_absolute_url()).status_code == 200
        assert other.get(one.get_absolute_url()).status_code == 404
    assert Client().get("/orders/").url == "/accounts/login/?next=/orders/"


def test_what_is_ordered_without_logging_in_is_in_my_orders_at_once_if_the_address_is_mine(client, alice, make_book):
    """She is logged in at home, and orders at work without logging in."""
    home = Client()
    log_in(home, alice.email)
    put_in_cart(client, make_book(1))
    form = checkout_form(client, email="Alice@example.org")
    assert client.post("/checkout/", form).status_code == 302
    placed = Order.objects.get()
    assert placed.reference in text(home.get("/orders/")) and placed.reference in text(home.get("/account/"))
    assert client.get(placed.get_absolute_url()).status_code == 200, "the browser that ordered sees it as before"
    assert not alice.addresses.exists(), "a guest changes nothing in the address book"
    again = client.post("/checkout/", form)
    assert (again.status_code, again.url) == (302, placed.get_absolute_url()) and Order.objects.count() == 1
    stranger = Client()
    put_in_cart(stranger, make_book(2))
    refused = stranger.post("/checkout/", {**form, "email": "other@example.org"})
    assert refused.status_code == 409 and placed.reference not in text(refused)


def test_an_address_that_is_not_confirmed_brings_nothing(client, alice, make_book):
    EmailAddress.objects.filter(user=alice).update(verified=False)
    put_in_cart(client, make_book(1))
    order(client, email=alice.email)
    assert Order.objects.get().user is None


def test_a_guests_order_is_not_given_to_who_registers_its_address(placed, django_user_model):
    """The address is not verified: registering it must not open what was sent there."""
    thief = Client()
    thief.post("/accounts/signup/", {"email": placed.email, "password1": "a-long-password"})
    assert thief.get("/orders/").url == "/accounts/login/?next=/orders/"
    placed.refresh_from_db()
    assert placed.user is None
    assert thief.get(placed.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("number", ["nonsense", "00000000-0000-0000-0000-000000000000", "1"])
def test_an_unknown_number_is_a_404(client, number):
    assert client.get(f"/orders/{number}/").status_code == 404


def test_the_history_is_told_in_plain_words_with_reasons(client, placed, now):
    for state, reason in ((State.ACCEPTED, ""), (State.PACKING, ""), (State.FAILED, "The <b>roof</b> leaks.")):
        placed.move_to(state, at=now, reason=reason, actor="store").save()
        placed.save()
    page = text(client.get(placed.get_absolute_url()))
    steps = [
        "We received your order",
        "has put the copies aside",
        "is packing your books",
        "could not complete the order",
    ]
    assert [page.index(step) for step in steps] == sorted(page.index(step) for step in steps)
    assert "Reason: The &lt;b&gt;roof&lt;/b&gt; leaks." in page
    assert "still has to confirm" not in page


def test_the_order_keeps_its_title_and_price_whatever_becomes_of_the_book(client, placed):
    """L11, L26"""
    placed.lines.get().book.__class__.objects.update(title="Renamed", price="99.00", retired_at=placed.placed_at)
    page = text(client.get(placed.get_absolute_url()))
    assert "Emma" in page and "€25.00" in page and "Renamed" not in page


def test_my_orders_cost_the_same_for_two_and_for_twelve(alice, bob, make_book):
    few = orders_by(alice, make_book, 2)
    spent = []
    for browser in (few, orders_by(bob, lambda pk: make_book(pk + 500), 12)):
        with CaptureQueriesContext(connection) as statements:
            assert browser.get("/orders/").status_code == 200
        spent.append(len(statements))
    assert spent[0] == spent[1] <= 7


def test_pages_of_my_orders_are_kept_within_what_there_is(alice, make_book):
    browser = orders_by(alice, make_book, 21)
    assert "Page 1 of 2" in text(browser.get("/orders/"))
    for page, number in (("2", 2), ("99", 2), ("0", 1), ("x", 1)):
        assert browser.get("/orders/", {"page": page}).context["page"].number == number


def test_logging_out_forgets_the_orders_of_this_browser(placed, client, alice):
    log_in(client, alice.email)
    assert client.get(placed.get_absolute_url()).status_code == 200, "the same browser, a moment later"
    client.post("/accounts/logout/")
    assert client.get(placed.get_absolute_url()).status_code == 404
