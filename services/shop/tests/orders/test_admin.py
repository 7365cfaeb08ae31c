"""Staff look: orders, books, people. Nothing is changed here, and the number of statements stays the same."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from shopping import order, put_in_cart, text

from shop.orders.models import Order

pytestmark = pytest.mark.django_db

LIST = "/admin/orders/order/"


@pytest.fixture
def staff(olga):
    browser = Client()
    browser.force_login(olga)
    return browser


def place(make_book, first, number):
    for pk in range(first, first + number):
        browser = Client()
        put_in_cart(browser, make_book(pk))
        order(browser, email=f"guest{pk}@example.org")


def statements(browser, path):
    with CaptureQueriesContext(connection) as spent:
        assert browser.get(path).status_code == 200, path
    return len(spent)


def test_an_order_shows_what_it_costs_and_why(staff, make_book):
    place(make_book, 1, 1)
    page = text(staff.get(f"{LIST}{Order.objects.get().pk}/change/"))
    for name in (
        "Coupon",
        "Delivery",
        "Discount",
        "Tax percent",
        "If copies are missing",
        "List price",
        "Price reason",
    ):
        assert name in page, name


def test_orders_are_found_by_reference_number_address_and_isbn(staff, make_book):
    place(make_book, 1, 3)
    wanted = Order.objects.get(email="guest2@example.org")
    for asked in (wanted.reference, str(wanted.number), "guest2@", "9780000000002"):
        page = text(staff.get(LIST, {"q": asked}))
        assert "guest2@example.org" in page and "guest1@example.org" not in page, asked


def test_the_list_and_an_order_cost_a_constant_number_of_statements(staff, make_book):
    """L21"""
    place(make_book, 1, 2)
    buyer = Client()
    put_in_cart(buyer, make_book(50))
    order(buyer)
    small, of_list = Order.objects.order_by("placed_at").last(), statements(staff, LIST)
    statements(staff, f"{LIST}{small.pk}/change/")  # the first page of a process asks for content types too
    of_small = statements(staff, f"{LIST}{small.pk}/change/")
    place(make_book, 100, 6)
    for pk in range(200, 215):
        put_in_cart(buyer, make_book(pk))
    order(buyer)
    large = Order.objects.order_by("placed_at").last()
    assert large.lines.count() == 15
    assert statements(staff, f"{LIST}{large.pk}/change/") == of_small
    assert statements(staff, LIST) == of_list


def test_an_order_cannot_be_changed_or_deleted_by_anybody(staff, make_book):
    place(make_book, 1, 1)
    one = Order.objects.get()
    before = Order.objects.values().get()
    staff.post(f"{LIST}{one.pk}/change/", {"state": "shipped"})
    assert staff.get(f"{LIST}{one.pk}/delete/").status_code == 403
    assert staff.get(f"{LIST}add/").status_code == 403
    assert Order.objects.values().get() == before


def test_customers_and_guests_stay_outside(client, alice, make_book):
    place(make_book, 1, 1)
    assert client.get(LIST, follow=True).redirect_chain[-1][0].startswith("/accounts/login/")
    client.force_login(alice)
    for path in ("/admin/", LIST, f"{LIST}{Order.objects.get().pk}/change/", "/admin/accounts/user/"):
        assert client.get(path, follow=True).status_code == 403


def test_a_book_leads_to_its_twin_in_the_store(staff, make_book, settings):
    settings.STORE_PUBLIC_URL = "http://store.example"
    make_book(7)
    assert (
        'href="http://store.example/admin/catalogue/book/7/change/"'
        in staff.get("/admin/catalogue/book/").content.decode()
    )
    assert staff.get("/admin/catalogue/book/7/delete/").status_code == 403


def test_people_are_found_and_can_be_closed_but_not_made_superusers(staff, alice):
    assert alice.email in text(staff.get("/admin/accounts/user/", {"q": "alice"}))
    sent = {"name": "Alice", "is_superuser": "on", "email": "new@example.org", "groups": []}
    assert staff.post(f"/admin/accounts/user/{alice.pk}/change/", sent).status_code == 302
    alice.refresh_from_db()
    assert (alice.is_active, alice.is_superuser, alice.email) == (False, False, "alice@example.org")
