"""Addresses of one's own: kept when one orders, changed by nobody else, filled in at checkout."""

import threading

import pytest
from django.db import connection
from django.test import Client
from shopping import ADDRESS, checkout_form, hidden, log_in, order, put_in_cart, text

from shop.accounts import addresses
from shop.accounts.models import Address
from shop.orders.models import Order

pytestmark = pytest.mark.django_db

HERS = {name: ADDRESS[name] for name in addresses.PARTS}


def write(user, now, **changes):
    return addresses.add_address(user, Address(**{**HERS, **changes}), now=now)


def four_at_once(call):
    def run():
        call()
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.fixture
def hers(client, alice):
    log_in(client, alice.email)
    return client


def test_an_address_is_added_changed_chosen_and_removed(hers, alice):
    assert hers.post("/account/addresses/new/", HERS).url == "/account/addresses/"
    hers.post("/account/addresses/new/", {**HERS, "city": "Bath", "country": "GB"})
    first, second = Address.objects.order_by("pk")
    assert first.is_default and not second.is_default
    hers.post(f"/account/addresses/{second.pk}/default/")
    hers.post(f"/account/addresses/{first.pk}/", {**HERS, "line1": "2 High Street"})
    page = text(hers.get("/account/addresses/"))
    assert "2 High Street" in page and "United Kingdom" in page
    hers.post(f"/account/addresses/{second.pk}/remove/")
    assert Address.objects.get().is_default, "what is left is used first"


@pytest.mark.parametrize("wrong", [{"line1": ""}, {"country": "XX"}, {"phone": "ring me"}, {"name": "x" * 121}])
def test_a_wrong_address_is_shown_again_as_it_was_typed(hers, wrong):
    answer = hers.post("/account/addresses/new/", {**HERS, **wrong})
    assert answer.status_code == 400 and 'id="errors"' in answer.content.decode()
    assert "10115" in answer.content.decode() and not Address.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", ["", "default/", "remove/"])
def test_nobody_reaches_the_address_of_another(alice, bob, now, path):
    """L28"""
    entry = write(alice, now)
    thief = Client()
    log_in(thief, bob.email)
    assert thief.post(f"/account/addresses/{entry.pk}/{path}", HERS).status_code == 404
    assert Client().post(f"/account/addresses/{entry.pk}/{path}", HERS).url.startswith("/accounts/login/")
    entry.refresh_from_db()
    assert entry.user == alice


@pytest.mark.parametrize("path", ["default/", "remove/"])
def test_looking_changes_nothing(hers, alice, path):
    hers.post("/account/addresses/new/", HERS)
    assert hers.get(f"/account/addresses/{Address.objects.get().pk}/{path}").status_code == 405


def test_the_address_of_an_order_is_kept_once_and_filled_in_the_next_time(hers, alice, make_book):
    for _ in range(2):
        put_in_cart(hers, make_book(1) if not Order.objects.exists() else Order.objects.first().lines.get().book)
        order(hers)
    assert Address.objects.count() == 1
    put_in_cart(hers, Order.objects.first().lines.get().book)
    page = hers.get("/checkout/").content.decode()
    assert 'value="1 High Street"' in page and "another address" not in page


def test_another_address_is_one_press_away_at_checkout(hers, alice, bob, make_book):
    for city in ("Berlin", "Bath"):
        hers.post("/account/addresses/new/", {**HERS, "city": city})
    foreign = Address.objects.create(user=bob, used_at="2026-01-01T00:00Z", **{**HERS, "city": "Bobtown"})
    put_in_cart(hers, make_book(1))
    assert 'value="Berlin"' in hers.get("/checkout/").content.decode()
    bath = Address.objects.get(city="Bath")
    assert 'value="Bath"' in hers.get(f"/checkout/?address={bath.pk}").content.decode()
    for sent in (foreign.pk, "nonsense", "9" * 30):
        assert 'value="Berlin"' in hers.get(f"/checkout/?address={sent}").content.decode()


def test_a_changed_entry_changes_no_order(hers, alice, make_book):
    put_in_cart(hers, make_book(1))
    order(hers)
    hers.post(f"/account/addresses/{Address.objects.get().pk}/", {**HERS, "city": "Bath"})
    assert Order.objects.get().ship_city == "Berlin"


def test_a_full_book_says_so_and_lets_one_order_all_the_same(hers, alice, make_book, monkeypatch):
    monkeypatch.setattr(addresses, "MOST_ADDRESSES", 1)
    hers.post("/account/addresses/new/", HERS)
    answer = hers.post("/account/addresses/new/", {**HERS, "city": "Bath"})
    assert answer.status_code == 400 and "holds 1 addresses" in text(answer)
    put_in_cart(hers, make_book(1))
    sent = checkout_form(hers, city="Bath")
    assert hidden(hers.get("/checkout/"), "seen_total") == "12.50"
    assert hers.post("/checkout/", sent).status_code == 302
    assert Order.objects.get().ship_city == "Bath" and Address.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_first_addresses_at_once_leave_one_default(alice, now):
    four_at_once(lambda: write(alice, now))
    assert [entry.is_default for entry in Address.objects.default_first()] == [True, False, False, False]


@pytest.mark.django_db(transaction=True)
def test_an_address_typed_in_two_orders_at_once_is_one_entry(alice, now):
    parts = {name: HERS[name] for name in addresses.PARTS}
    four_at_once(lambda: addresses.remember_address(alice, parts, now=now))
    assert [entry.is_default for entry in Address.objects.all()] == [True]
