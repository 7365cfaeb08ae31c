"""What was typed at the checkout stays, whichever way the page is left, until it is ordered or the day is over."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from shopping import checkout_form, log_in, order, put_in_cart

from shop.accounts.models import Address
from shop.orders import typed
from shop.orders.forms import CheckoutForm
from shop.orders.models import Order

pytestmark = pytest.mark.django_db

TYPED = {"name": "Gwen Guest", "line1": "Typed Street 7", "note": "Ring twice", "if_short": "wait", "country": "AT"}


@pytest.fixture
def cart(client, make_book):
    put_in_cart(client, make_book(1))
    return client


def checkout(client, **query):
    return client.get("/checkout/", query).content.decode()


def is_filled_in(page):
    places = ('value="guest@example.org"', 'value="Gwen Guest"', 'value="Typed Street 7"', "Ring twice</textarea>")
    chosen = ('<option value="AT" selected>', 'value="wait" class="form-check-input" id="id_if_short_1" checked')
    return [place in page for place in (*places, *chosen)]


def test_every_field_but_the_coupon_and_the_key_can_be_kept():
    kept = {name for names in typed.TOGETHER for name in names}
    assert kept == CheckoutForm.base_fields.keys() - {"coupon", "checkout_key"}


def test_the_way_back_to_the_cart_takes_along_what_was_typed(cart):
    assert 'name="leave" value="cart"' in checkout(cart)
    answer = cart.post("/checkout/", checkout_form(cart, **TYPED, leave="cart"))
    assert answer.url == "/cart/" and not Order.objects.exists()
    assert all(is_filled_in(checkout(cart)))


@pytest.mark.parametrize(("way", "page"), [("log-in", "/accounts/login/"), ("register", "/accounts/signup/")])
def test_the_way_to_the_log_in_and_back_takes_it_along_too(cart, alice, way, page):
    assert f'name="leave" value="{way}"' in checkout(cart)
    answer = cart.post("/checkout/", checkout_form(cart, **TYPED, leave=way))
    assert answer.url == f"{page}?next=/checkout/" and not Order.objects.exists()
    log_in(cart, alice.email)
    page = checkout(cart)
    assert (
        'value="Typed Street 7"' in page
        and "Ring twice</textarea>" in page
        and 'name="leave" value="log-in"' not in page
    )


def test_the_first_button_of_the_checkout_is_the_order(cart):
    """It is the one that Enter in a field sends, wherever on the page it stands."""
    buttons = re.findall(r"<button[^>]*>", checkout(cart))
    sending = [one for one in buttons if 'form="checkout"' in one or "formnovalidate" in one]
    assert "name=" not in sending[0] and 'form="checkout"' in sending[0]


def test_the_pages_script_sends_it_when_the_page_is_left_by_any_other_way(cart):
    assert 'data-keep="/checkout/typed/"' in checkout(cart)
    answer = cart.post("/checkout/typed/", checkout_form(cart, **TYPED))
    assert (answer.status_code, answer.content) == (204, b"")
    assert all(is_filled_in(checkout(cart)))


@pytest.mark.parametrize("by", [{"apply": "1", "coupon": "NOBODYS"}, {"adjust": "1:2"}])
def test_a_change_of_the_summary_keeps_it_as_well(cart, by):
    cart.post("/checkout/", checkout_form(cart, **TYPED, **by))
    assert all(is_filled_in(checkout(cart)))


def test_so_does_an_order_that_was_refused(cart):
    assert order(cart, **TYPED, city="").status_code == 400
    page = checkout(cart)
    assert all(is_filled_in(page)) and 'name="city" value' not in page


def test_so_does_an_order_of_something_that_changed_meanwhile(cart):
    assert order(cart, **TYPED, seen_total="1.00").status_code == 409
    assert all(is_filled_in(checkout(cart)))


def test_it_is_forgotten_once_it_is_an_order(cart, make_book):
    cart.post("/checkout/typed/", checkout_form(cart, **TYPED))
    assert order(cart, **TYPED).status_code == 302 and Order.objects.exists()
    assert typed.SESSION_KEY not in cart.session
    put_in_cart(cart, make_book(2))
    assert "Typed Street 7" not in checkout(cart)


def test_it_is_forgotten_by_who_logs_out(cart, alice, make_book):
    log_in(cart, alice.email)
    cart.post("/checkout/typed/", checkout_form(cart, **TYPED))
    assert "Typed Street 7" in checkout(cart)
    cart.post("/accounts/logout/")
    put_in_cart(cart, make_book(2))
    assert "Typed Street 7" not in checkout(cart)


def test_it_is_forgotten_after_a_day(cart, monkeypatch):
    cart.post("/checkout/typed/", checkout_form(cart, **TYPED))
    tomorrow = timezone.now() + typed.KEPT_FOR + timedelta(minutes=1)
    monkeypatch.setattr(timezone, "now", lambda: tomorrow)
    assert "Typed Street 7" not in checkout(cart) and typed.SESSION_KEY not in cart.session


def test_it_is_offered_to_nobody_else(cart, make_book):
    cart.post("/checkout/typed/", checkout_form(cart, **TYPED))
    stranger = Client()
    put_in_cart(stranger, make_book(2))
    assert "Typed Street 7" not in checkout(stranger)


def test_who_logs_in_on_the_way_finds_it_again(cart, alice):
    cart.post("/checkout/typed/", checkout_form(cart, **TYPED))
    log_in(cart, alice.email, next="/checkout/")
    page = checkout(cart)
    assert 'value="Typed Street 7"' in page and "guest@example.org" not in page


def entry_of(alice, line1):
    values = {"name": "Alice", "line1": line1, "postcode": "10115", "city": "Berlin", "country": "DE"}
    return Address.objects.create(user=alice, used_at=timezone.now(), **values)


def test_an_address_that_the_form_had_by_itself_is_that_of_the_address_book_still(cart, alice):
    log_in(cart, alice.email)
    entry = entry_of(alice, "Old Street 1")
    as_offered = {"name": "Alice", "line1": "Old Street 1"}
    cart.post("/checkout/typed/", checkout_form(cart, **as_offered, note="Ring twice"))
    Address.objects.filter(pk=entry.pk).update(line1="New Street 2")
    page = checkout(cart)
    assert 'value="New Street 2"' in page and "Ring twice" in page and "Old Street" not in page


def test_an_address_that_is_chosen_in_the_address_book_goes_before_what_was_typed(cart, alice):
    log_in(cart, alice.email)
    entry = entry_of(alice, "Chosen Street 3")
    cart.post("/checkout/typed/", checkout_form(cart, **TYPED))
    page = checkout(cart, address=entry.pk)
    assert 'value="Chosen Street 3"' in page and "Typed Street" not in page and "Ring twice" in page


def test_a_form_as_it_was_offered_leaves_nothing_behind(cart, alice):
    log_in(cart, alice.email)
    cart.post("/checkout/typed/", {"name": "Alice", "payment": "on_delivery", "if_short": "ship", "note": ""})
    assert typed.SESSION_KEY not in cart.session


def test_as_much_is_kept_as_a_field_takes(cart):
    cart.post("/checkout/typed/", {"note": "\0\u202e" + "x" * 5_000, "line1": "Street", "nonsense": "y" * 5_000})
    assert cart.session[typed.SESSION_KEY]["values"] == {"line1": "Street", "note": "x" * 500}


def test_who_has_no_cart_leaves_nothing(client):
    assert client.post("/checkout/typed/", TYPED).status_code == 204
    assert not client.session.keys()


def test_it_is_kept_by_nobody_elses_page(make_book):
    careful = Client(enforce_csrf_checks=True)
    assert careful.post("/checkout/typed/", TYPED).status_code == 403
    assert careful.get("/checkout/typed/").status_code == 405
