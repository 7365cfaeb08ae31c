"""Dispatchers pack: they see orders that are to be packed, and of those what packing needs."""

import pytest
from shopping import text

from shop.accounts.models import Address
from shop.orders.admin import TO_BE_PACKED
from shop.orders.models import Order
from shop.orders.states import State
from shop.staff.roles import (
    AGENTS,
    CUSTOMERS,
    DISPATCHERS,
    LETTERS,
    OFFICE,
    ORDERS,
    OWNERS,
    SEE_BILLING,
    SEE_BUYER,
    groups_with,
)
from shop.staff.seeing import may_see

pytestmark = pytest.mark.django_db

LIST = "/admin/orders/order/"
SECRETS = ("alice@secret.example", "49.77", "9.77")


@pytest.fixture
def dispatcher(person_in, browser_of):
    return browser_of(person_in(DISPATCHERS))


@pytest.fixture
def order(make_order, make_book):
    return make_order("packing", total="49.77", book=make_book(1, price="9.77"), note="Ring twice", attention="Money!")


@pytest.mark.parametrize("state", State.values)
def test_dispatchers_see_orders_that_are_to_be_packed_and_no_others(dispatcher, make_order, state):
    order = make_order(state)
    is_seen = state in TO_BE_PACKED
    assert (order.reference in text(dispatcher.get(LIST))) == is_seen
    assert dispatcher.get(f"{LIST}{order.pk}/change/").status_code == (200 if is_seen else 302)


def test_an_unpaid_order_is_no_dispatchers_business_before_it_is_paid():
    assert not {State.AWAITING_PAYMENT, State.EXPIRED, State.CANCELLED, State.REJECTED} & TO_BE_PACKED


@pytest.mark.parametrize("role", [OWNERS, OFFICE, AGENTS, CUSTOMERS, ORDERS])
@pytest.mark.parametrize("state", ["awaiting_payment", "cancelled"])
def test_others_see_orders_in_every_state(person_in, browser_of, make_order, role, state):
    order = make_order(state)
    assert order.reference in text(browser_of(person_in(role)).get(LIST))


def test_dispatchers_see_where_a_parcel_goes_and_neither_its_buyer_nor_its_price(dispatcher, order):
    for path in (LIST, f"{LIST}{order.pk}/change/"):
        page = dispatcher.get(path).content.decode()
        assert "Alice Example" in page and "Berlin" in page, path
        assert not [secret for secret in (*SECRETS, "Money!", str(order.checkout_key)) if secret in page], path
    assert "Ring twice" in dispatcher.get(f"{LIST}{order.pk}/change/").content.decode()


def test_others_see_the_buyer_and_the_price_and_nobody_the_key_of_the_checkout(each_role, order):
    for role in groups_with(SEE_BUYER):
        page = each_role[role].get(f"{LIST}{order.pk}/change/").content.decode()
        assert not [secret for secret in (*SECRETS, "Money!") if secret not in page], role
        assert str(order.checkout_key) not in page


@pytest.mark.parametrize("field", ["email", "user", "total", "payment", "checkout_key", "bill_city", "a_new_field"])
def test_a_field_that_is_not_listed_is_hidden_from_dispatchers(person_in, field):
    assert not may_see(person_in(DISPATCHERS), Order, field)


def test_billing_addresses_are_for_those_who_send_invoices(person_in):
    for role in LETTERS.values():
        assert may_see(person_in(role), Order, "bill_city") == (role in groups_with(SEE_BILLING)), role
    assert AGENTS not in groups_with(SEE_BILLING) and DISPATCHERS not in groups_with(SEE_BILLING)


@pytest.mark.parametrize(
    "asked", ["email__startswith=alice", "total__gt=10", "user__id__exact=1", "user__email=a", "payment=x"]
)
def test_what_is_hidden_cannot_be_felt_for_in_the_address(dispatcher, order, asked):
    assert dispatcher.get(f"{LIST}?{asked}").status_code in (302, 400)
    assert order.reference not in text(dispatcher.get(f"{LIST}?{asked}", follow=True)) or "e=1" in asked


def test_dispatchers_do_not_search_by_address_of_mail_and_find_by_name(dispatcher, order):
    assert order.reference not in text(dispatcher.get(LIST, {"q": "alice@secret"}))
    assert order.reference in text(dispatcher.get(LIST, {"q": "Alice Ex"}))


def test_customer_managers_look_at_customers_and_not_at_staff(person_in, browser_of, alice, olga):
    browser = browser_of(person_in(CUSTOMERS))
    page = text(browser.get("/admin/accounts/user/"))
    assert alice.email in page and olga.email not in page
    assert browser.get(f"/admin/accounts/user/{olga.pk}/change/").status_code == 302
    assert "Roles" not in text(browser.get(f"/admin/accounts/user/{alice.pk}/change/"))


def test_address_books_are_nobodys_business(each_role, alice, now):
    Address.objects.create(
        user=alice, used_at=now, name="A", line1="Secret Lane 9", postcode="1", city="B", country="DE"
    )
    for role, browser in each_role.items():
        for path in ("/admin/", f"/admin/accounts/user/{alice.pk}/change/"):
            assert b"Secret Lane" not in browser.get(path, follow=True).content, role
