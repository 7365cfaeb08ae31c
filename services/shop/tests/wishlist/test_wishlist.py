"""U14: a private list of books, one button from any book, and back into the cart."""

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from shopping import confirm, log_in, put_in_cart, show_it_is_me, text
from tests.cart.test_two_at_once import at_once

from shop.cart.models import CartLine
from shop.cart.operations import cart_of_user
from shop.catalogue.models import Book
from shop.wishlist import operations
from shop.wishlist.models import WishlistEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def hers(alice):
    browser = Client()
    browser.force_login(alice)
    return browser


def wish(browser, book, **more):
    return browser.post("/wishlist/add/", {"book": book.pk, **more})


def wished(user) -> list[int]:
    return list(user.wishlist.order_by("-added_at", "-pk").values_list("book", flat=True))


def test_a_book_is_wished_for_and_the_shopper_stays_where_they_were(hers, alice, make_book):
    emma = make_book(1, title="Emma")
    page = hers.get(emma.get_absolute_url())
    assert "Add to wishlist" in text(page)
    answer = wish(hers, emma, next=emma.get_absolute_url())
    assert answer.url == emma.get_absolute_url() and wished(alice) == [1]
    again = text(hers.get(answer.url))
    assert "“Emma” is on your wishlist." in again and "On your wishlist , take it off" in again
    wish(hers, emma)
    assert wished(alice) == [1], "once, however often it is pressed"


def test_htmx_gets_the_button_as_it_is_now_and_the_words(hers, make_book):
    emma = make_book(1, title="Emma")
    answer = hers.post(
        "/wishlist/add/", {"book": 1, "small": "1", "next": "/books/?page=2"}, headers={"HX-Request": "true"}
    )
    page = answer.content.decode()
    assert 'action="/wishlist/remove/"' in page and "On your wishlist" in page and 'id="messages"' in page
    assert page.startswith("<button") and "Emma" in page  # the list's one form says where to go back to
    answer = hers.post("/wishlist/remove/", {"book": emma.pk}, headers={"HX-Request": "true"})
    assert 'action="/wishlist/add/"' in answer.content.decode() and not WishlistEntry.objects.exists()


def test_the_list_shows_price_and_availability_and_moves_into_the_cart(hers, alice, make_book):
    wish(hers, make_book(1, title="Emma"))
    wish(hers, make_book(2, title="Persuasion", store_free=0))
    answer = hers.get("/wishlist/")
    page = text(answer)
    assert [entry.book.title for entry in answer.context["page"]] == ["Persuasion", "Emma"] and "€12.50" in page
    assert page.count("Move to cart") == 1, "what is not in stock cannot be moved"
    told = text(hers.post("/wishlist/move/", {"book": 1}, follow=True))
    assert "The book is in your cart." in told and wished(alice) == [2]
    assert list(CartLine.objects.values_list("book", "quantity")) == [(1, 1)]


def test_what_the_cart_refuses_stays_on_the_list(hers, alice, make_book):
    wish(hers, make_book(1, title="Emma", store_free=0))
    assert "“Emma” is not in stock" in text(hers.post("/wishlist/move/", {"book": 1}, follow=True))
    assert wished(alice) == [1] and not CartLine.objects.exists()


def test_a_retired_book_stays_and_says_so(hers, make_book, now):
    wish(hers, make_book(1, title="Emma"))
    Book.objects.update(retired_at=now)
    assert "No longer sold." in text(hers.get("/wishlist/"))


def test_a_guest_is_led_to_the_log_in_and_comes_back_with_it_done(client, alice, make_book):
    emma = make_book(1, title="Emma")
    put_in_cart(client, emma)
    answer = wish(client, emma, next=emma.get_absolute_url())
    assert answer.url == f"/accounts/login/?next={emma.get_absolute_url().replace('/', '%2F')}"
    assert not WishlistEntry.objects.exists(), "nobody is written down who has not logged in"
    back = log_in(client, alice.email, next=emma.get_absolute_url())
    assert back.url == emma.get_absolute_url() and wished(alice) == [1]
    assert "“Emma” is on your wishlist." in text(client.get(back.url))
    log_in(Client(), alice.email)
    assert wished(alice) == [1]


def test_a_guest_who_registers_instead_comes_back_with_it_done(client, make_book):
    emma = make_book(1, title="Emma")
    answer = client.post("/wishlist/add/", {"book": 1}, headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == "/accounts/login/?next=%2Fwishlist%2F"
    client.post("/accounts/signup/", {"email": "new@example.org", "password1": "a-long-password", "next": "/wishlist/"})
    confirm(client, "new@example.org")
    assert list(WishlistEntry.objects.values_list("user__email", "book")) == [("new@example.org", emma.pk)]


def test_nobody_sees_or_changes_the_list_of_another(hers, alice, bob, olga, make_book):
    """L28"""
    wish(hers, make_book(1, title="Emma"))
    other = Client()
    other.force_login(bob)
    assert "Nothing on it yet" in text(other.get("/wishlist/"))
    other.post("/wishlist/remove/", {"book": 1})
    other.post("/wishlist/move/", {"book": 1})
    assert wished(alice) == [1] and not CartLine.objects.exists()
    for path in ("/wishlist/", "/wishlist/remove/", "/wishlist/move/"):
        answer = Client().get(path) if path == "/wishlist/" else Client().post(path, {"book": 1})
        assert answer.url.startswith("/accounts/login/")
    owner = Client()
    owner.force_login(olga)
    assert "ishlist" not in text(owner.get("/admin/")).replace("Wishlist Account", "")


@pytest.mark.parametrize("sent", ["", "x", "-1", "9" * 30, "77", "1\0"])
def test_a_book_that_is_none_is_refused_in_words(hers, make_book, sent):
    make_book(1)
    assert "We do not know this book." in text(hers.post("/wishlist/add/", {"book": sent}, follow=True))
    assert hers.post("/wishlist/remove/", {"book": sent}).status_code == 302
    assert hers.post("/wishlist/move/", {"book": sent}).status_code == 302


def test_a_full_list_says_so(hers, alice, make_book, monkeypatch):
    monkeypatch.setattr(operations, "MOST_BOOKS", 1)
    wish(hers, make_book(1))
    assert "A wishlist holds 1 books" in text(hers.post("/wishlist/add/", {"book": make_book(2).pk}, follow=True))
    assert wished(alice) == [1]


def test_a_foreign_address_to_go_back_to_is_not_followed(hers, make_book):
    assert wish(hers, make_book(1), next="https://evil.example/").url == "/wishlist/"


def test_the_page_costs_the_same_for_one_and_for_many(hers, alice, make_book, now):
    spent = []
    for books in (range(1, 3), range(10, 60)):
        for pk in books:
            operations_add(alice, make_book(pk), now)
        with CaptureQueriesContext(connection) as statements:
            assert hers.get("/wishlist/").status_code == 200
        spent.append(len(statements))
    assert spent[0] == spent[1] <= 7
    assert hers.get("/wishlist/", {"page": "99"}).context["page"].number == 3


def operations_add(user, book, now):
    WishlistEntry.objects.create(user=user, book=book, added_at=now)


@pytest.mark.django_db(transaction=True)
def test_pressed_many_times_at_once_it_is_one_entry_and_moved_it_is_one_copy(alice, make_book, now):
    make_book(1)
    assert at_once(*[lambda: operations.add(alice, book_id=1, now=now)] * 6) == []
    assert wished(alice) == [1]
    cart = cart_of_user(alice)
    assert at_once(*[lambda: operations.move_to_cart(alice, cart, book_id=1)] * 6) == []
    assert list(CartLine.objects.values_list("quantity")) == [(1,)] and wished(alice) == []


@pytest.mark.django_db(transaction=True)
def test_it_is_in_the_file_of_ones_data_and_goes_with_the_account(client, alice, make_book, now):
    operations.add(alice, book_id=make_book(1, title="Emma").pk, now=now)
    log_in(client, alice.email)
    show_it_is_me(client)
    told = json.loads(client.get("/account/data/file/").content)["wishlist"]
    assert [(each["isbn13"], each["title"]) for each in told] == [("9780000000001", "Emma")]
    client.post("/account/delete/")
    assert not WishlistEntry.objects.exists()
