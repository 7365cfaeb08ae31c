"""Putting books into the cart, changing how many, taking them out; with and without JavaScript."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from shopping import checkout_form, put_in_cart, text

from shop.cart import operations
from shop.cart.models import MAX_LINES, Cart, CartLine
from shop.catalogue.models import Book

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


def lines_of(client):
    return {line.book_id: line.quantity for line in CartLine.objects.filter(cart=client.session["cart"])}


def test_a_guest_collects_books_and_finds_them_again(client, make_book):
    emma, persuasion = make_book(1, title="Emma"), make_book(2, title="Persuasion", price=Decimal("6.25"))
    put_in_cart(client, emma, 2)
    put_in_cart(client, persuasion)
    put_in_cart(client, emma)
    page = client.get("/cart/")
    assert "Emma" in text(page) and "€43.75" in text(page)
    assert lines_of(client) == {1: 3, 2: 1}
    assert client.session.get_expiry_age() == 60 * 24 * 3600


def test_adding_brings_one_back_to_where_one_was_but_never_off_the_site(client, make_book):
    make_book(1)
    sent = {"book": "1", "next": "/books/?order=title&page=2"}
    assert client.post("/cart/add/", sent).url == "/books/?order=title&page=2"
    for elsewhere in ("https://evil.example/", "//evil.example/", "javascript:alert(1)"):
        assert client.post("/cart/add/", {"book": "1", "next": elsewhere}).url == "/cart/"


def test_htmx_gets_the_badge_and_a_message_instead_of_a_page(client, make_book):
    make_book(1, title="Emma")
    answer = client.post("/cart/add/", {"book": "1", "quantity": "2"}, headers=HTMX)
    assert answer.status_code == 200
    assert 'id="cart-badge" hx-swap-oob="true">2<' in answer.content.decode()
    assert "2 copies of “Emma” put in your cart." in text(answer)
    assert "<html" not in answer.content.decode()


def test_plus_and_minus_work_by_htmx_and_by_plain_forms(client, make_book):
    put_in_cart(client, make_book(1), 5)
    answer = client.post("/cart/lines/1/", {"by": "+1"}, headers=HTMX)
    assert 'id="quantity-1" hx-swap-oob="true"' in answer.content.decode() and "€75.00" in text(answer)
    assert 'class="stepper"' not in answer.content.decode(), "the forms stay, or a click that waits would be lost"
    assert client.post("/cart/lines/1/", {"by": "-1"}).url == "/cart/"
    assert client.post("/cart/lines/1/", {"quantity": "7"}).url == "/cart/"
    assert lines_of(client) == {1: 7}


@pytest.mark.parametrize("nonsense", ["-1", "1000000000", "ten", "", "1.5", "100", "٣", "1e1", " ", "9" * 5000])
def test_a_quantity_that_makes_no_sense_is_refused_beside_its_line(client, make_book, nonsense):
    """L9"""
    put_in_cart(client, make_book(1), 3)
    answer = client.post("/cart/lines/1/", {"quantity": nonsense})
    assert answer.status_code == 400
    assert "Please choose a whole number from 1 to 99." in text(answer)
    assert 'aria-describedby="error-1" aria-invalid="true"' in answer.content.decode()
    shown = re.search(r'id="quantity-1"[^>]* value="([^"]*)"', answer.content.decode())[1]
    assert shown == (nonsense[:20] or "3"), "what was typed stays to be put right"
    assert client.post("/cart/add/", {"book": "1", "quantity": nonsense}).status_code == 400
    assert lines_of(client) == {1: 3}


@pytest.mark.parametrize("step", ["+2", "", "x", "-99"])
def test_only_single_steps_are_taken(client, make_book, step):
    put_in_cart(client, make_book(1), 3)
    assert client.post("/cart/lines/1/", {"by": step}).status_code == 400
    assert lines_of(client) == {1: 3}


def test_steps_stop_at_one_and_at_ninety_nine(client, make_book):
    put_in_cart(client, make_book(1, store_free=200), 99)
    assert client.post("/cart/lines/1/", {"by": "+1"}).status_code == 400
    client.post("/cart/lines/1/", {"quantity": "1"})
    assert client.post("/cart/lines/1/", {"by": "-1"}).status_code == 400
    assert lines_of(client) == {1: 1}


def test_more_than_ninety_nine_copies_in_all_are_refused(client, make_book):
    put_in_cart(client, make_book(1, store_free=200), 60)
    answer = client.post("/cart/add/", {"book": "1", "quantity": "40"})
    assert answer.status_code == 400 and "at most 99 copies of one book; you have 60" in text(answer)
    assert lines_of(client) == {1: 60}


def test_the_hundred_and_first_book_is_refused(client, make_book):
    first = make_book(1)
    put_in_cart(client, first)
    others = [Book(**{**vars_of(first), "id": number}) for number in range(2, MAX_LINES + 2)]
    Book.objects.bulk_create(others)
    cart = Cart.objects.get(key=client.session["cart"])
    CartLine.objects.bulk_create(CartLine(cart=cart, book=b, quantity=1, price_when_added=1) for b in others[:-1])
    answer = client.post("/cart/add/", {"book": others[-1].pk})
    assert answer.status_code == 400 and "A cart holds 100 different books" in text(answer)
    assert client.post("/cart/add/", {"book": "1"}).status_code == 302, "a book that is there already still goes in"


def vars_of(book):
    return {field.attname: getattr(book, field.attname) for field in Book._meta.concrete_fields}


@pytest.mark.parametrize("book", ["2", "3", "999", "", "x", "99999999999999999999999999"])
def test_what_is_not_for_sale_does_not_go_in(client, make_book, now, book):
    make_book(2, retired_at=now)
    make_book(3, store_free=0)
    assert client.post("/cart/add/", {"book": book}).status_code == 400
    assert not CartLine.objects.exists()


def test_remove_and_clear_can_be_undone_once(client, make_book):
    put_in_cart(client, make_book(1), 2)
    put_in_cart(client, make_book(2), 3)
    client.post("/cart/lines/1/remove/")
    assert lines_of(client) == {2: 3}
    client.post("/cart/undo/")
    client.post("/cart/undo/")
    assert lines_of(client) == {1: 2, 2: 3}
    client.post("/cart/clear/")
    assert lines_of(client) == {}
    client.post("/cart/undo/")
    assert lines_of(client) == {1: 2, 2: 3}


@pytest.mark.parametrize("none", ["0", " 00 "])
def test_no_copy_is_a_removal_that_can_be_undone(client, make_book, none):
    put_in_cart(client, make_book(1), 2)
    put_in_cart(client, make_book(2))
    answer = client.post("/cart/lines/1/", {"quantity": none}, headers=HTMX)
    assert '<div id="line-1" hx-swap-oob="delete">' in answer.content.decode()
    assert "Removed from your cart: “Book 1”. Undo" in text(answer) and lines_of(client) == {2: 1}
    client.post("/cart/undo/")
    assert lines_of(client) == {1: 2, 2: 1}
    assert client.post("/cart/add/", {"book": "1", "quantity": "0"}).status_code == 400


def test_undo_goes_back_step_by_step_and_says_what_comes_next(client, make_book):
    for number in (1, 2, 3):
        put_in_cart(client, make_book(number), number)
    client.post("/cart/lines/1/remove/")
    client.post("/cart/lines/2/remove/")
    first = text(client.post("/cart/undo/", headers=HTMX))
    assert "Back in your cart: “Book 2”. Removed before that: “Book 1”. Undo" in first
    assert lines_of(client) == {2: 2, 3: 3}
    second = text(client.post("/cart/undo/", headers=HTMX))
    assert "Back in your cart: “Book 1”." in second and "Undo" not in second
    assert lines_of(client) == {1: 1, 2: 2, 3: 3}


def test_what_was_removed_long_ago_does_not_come_back(client, make_book):
    put_in_cart(client, make_book(1))
    put_in_cart(client, make_book(2))
    client.post("/cart/lines/1/remove/")
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=2)):
        client.post("/cart/undo/")
    assert lines_of(client) == {2: 1}


def test_more_copies_than_there_are_say_so_at_once_and_the_cart_takes_what_there_is(client, make_book):
    make_book(1, store_free=4)
    answer = client.post("/cart/add/", {"book": "1", "quantity": "99"}, headers=HTMX)
    assert "Only 4 are left, and your cart holds 99." in text(answer)
    page = client.get("/cart/")
    button = re.search(
        r'action="([^"]+)"[^>]*>(?:(?!</form>).)*?value="4"><button[^>]*>Take 4', page.content.decode(), re.S
    )
    answer = client.post(button[1], {"quantity": "4"}, headers=HTMX)
    assert lines_of(client) == {1: 4} and "Only 4" not in text(answer) and "Take 4" not in text(answer)


def test_htmx_takes_out_one_line_and_shows_the_whole_cart_when_it_is_the_last(client, make_book):
    put_in_cart(client, make_book(1))
    put_in_cart(client, make_book(2))
    answer = client.post("/cart/lines/1/remove/", headers=HTMX)
    assert '<div id="line-1" hx-swap-oob="delete">' in answer.content.decode() and "Undo" in text(answer)
    answer = client.post("/cart/lines/2/remove/", headers=HTMX)
    assert answer["HX-Retarget"] == "#cart" and "Nothing in it yet." in text(answer)
    answer = client.post("/cart/undo/", headers=HTMX)
    assert answer["HX-Retarget"] == "#cart" and 'id="line-2"' in answer.content.decode()


def test_removing_what_is_gone_is_harmless_and_changing_it_says_so(client, make_book):
    put_in_cart(client, make_book(1))
    assert client.post("/cart/lines/77/remove/").status_code == 302
    answer = client.post("/cart/lines/77/", {"by": "+1"})
    assert answer.status_code == 400 and "no longer in your cart" in text(answer)


def test_lines_tell_of_price_stock_and_withdrawal(client, make_book, now):
    for number in (1, 2, 3, 4):
        put_in_cart(client, make_book(number), 3)
    Book.objects.filter(pk=1).update(price=Decimal("15.00"))
    Book.objects.filter(pk=2).update(store_free=2)
    Book.objects.filter(pk=3).update(retired_at=now)
    Book.objects.filter(pk=4).update(store_free=0)
    page = text(client.get("/cart/"))
    assert "The price changed since you added it (it was €12.50)." in page
    assert "Only 2 left." in page and "No longer sold." in page and "Not in stock at the moment." in page


def test_an_empty_cart_and_a_forged_session_key_are_pages_like_others(client):
    """L30"""
    assert "Nothing in it yet." in text(client.get("/cart/"))
    session = client.session
    session["cart"] = "00000000-0000-0000-0000-000000000000"
    session.save()
    assert client.get("/cart/").status_code == 200


def test_nobody_changes_a_cart_but_their_own(client, alice, bob, make_book):
    """L28: a line is found through the visitor's own cart; the URL names only the book."""
    book = make_book(1)
    operations.add(operations.cart_of_user(alice), book_id=book.pk, quantity=2)
    client.force_login(bob)
    assert client.post("/cart/lines/1/", {"quantity": "9"}).status_code == 400
    client.post("/cart/lines/1/remove/")
    client.post("/cart/clear/")
    assert list(CartLine.objects.values_list("cart__user", "quantity")) == [(alice.pk, 2)]
    assert "Nothing in it yet." in text(client.get("/cart/"))


def test_a_guest_cannot_use_the_key_of_a_users_cart(client, alice, make_book):
    """L28: also who learns the key of a user's cart sees nothing of it."""
    cart = operations.cart_of_user(alice)
    operations.add(cart, book_id=make_book(1).pk)
    session = client.session
    session["cart"] = str(cart.key)
    session.save()
    assert "Nothing in it yet." in text(client.get("/cart/"))
    client.post("/cart/clear/")
    assert cart.lines.count() == 1


def test_a_book_priced_in_another_currency_does_not_go_in_and_the_reason_is_told(client, make_book):
    put_in_cart(client, make_book(1))
    make_book(2, title="Hafez", currency="IRR", price="90000")
    answer = client.post("/cart/add/", {"book": "2"})
    assert answer.status_code == 400
    assert "“Hafez” is priced in IRR, and your cart holds books in EUR" in text(answer) and lines_of(client) == {1: 1}


def test_a_cart_that_comes_to_hold_two_currencies_shows_no_total_and_a_way_out(client, make_book):
    """The price of a book that lies in a cart gets another currency."""
    put_in_cart(client, make_book(1, price="15.50"))
    put_in_cart(client, make_book(2, title="Hafez"))
    form = checkout_form(client)
    Book.objects.filter(pk=2).update(currency="IRR", price="90000")
    page = text(client.get("/cart/"))
    assert "90,015.50" not in page and "Delivery free" not in page and "Go to checkout" not in page
    assert "Priced in IRR, others in EUR" in page and "Priced in EUR, others in IRR" in page and "Remove Hafez" in page
    closed = client.get("/checkout/", follow=True)
    assert closed.redirect_chain[0][0] == "/cart/" and "prices in several currencies" in text(closed)
    late = client.post("/checkout/", form)
    assert (
        late.status_code == 409 and "Drop it : Hafez" in text(late) and 'id="place-order"' not in late.content.decode()
    )
    client.post("/cart/lines/2/remove/")
    assert "Total €15.50" in text(client.get("/cart/")) and client.get("/checkout/").status_code == 200


def test_the_button_to_the_checkout_comes_back_with_the_last_foreign_line(client, make_book):
    put_in_cart(client, make_book(1))
    put_in_cart(client, make_book(2))
    Book.objects.filter(pk=2).update(currency="IRR")
    answer = client.post("/cart/lines/2/remove/", headers=HTMX)
    assert "Go to checkout" in text(answer) and "Priced in" not in text(answer)


def test_a_step_that_goes_no_further_keeps_its_button_where_the_focus_is(client, make_book):
    put_in_cart(client, make_book(1), 2)
    answer = client.post("/cart/lines/1/", {"by": "-1"}, headers=HTMX).content.decode()
    less = re.search(r'<button[^>]*id="less-1"[^>]*>', answer)[0]
    assert 'aria-disabled="true"' in less and " disabled" not in less
    assert "aria-disabled" not in re.search(r'<button[^>]*id="more-1"[^>]*>', answer)[0]
