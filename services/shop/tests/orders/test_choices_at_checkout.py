"""What a customer chooses at the checkout beside books and payment: whom to bill, and what if copies are missing."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from shopping import checkout_form, hidden, log_in, order, put_in_cart, text
from tests.payments.conftest import store  # noqa: F401

from shop.cart.models import CartLine
from shop.orders.models import Order
from shop.outbox.models import OutboxMessage

pytestmark = pytest.mark.django_db

BILL = {
    "bill_name": "Firm Ltd",
    "bill_line1": "Tax Road 2",
    "bill_postcode": "1010",
    "bill_city": "Wien",
    "bill_country": "AT",
}


def test_the_bill_goes_where_the_parcel_goes_unless_told_otherwise(client, make_book):
    put_in_cart(client, make_book(1))
    order(client)
    placed = Order.objects.get()
    assert placed.bill_name == "" and placed.bill_to["name"] == "Alice Example"
    assert "Bill to" not in text(client.get(f"/orders/{placed.number}/"))


def test_a_bill_to_another_address_is_kept_and_offered_again(client, alice, make_book):
    log_in(client, alice.email)
    put_in_cart(client, make_book(1))
    order(client, **BILL)
    placed = Order.objects.get()
    assert placed.bill_to == {"name": "Firm Ltd", "line1": "Tax Road 2", "line2": "", "postcode": "1010",
                              "city": "Wien", "country": "AT"}  # fmt: skip
    assert (placed.ship_city, placed.ship_country) == ("Berlin", "DE")
    assert "Bill to Firm Ltd Tax Road 2 1010 Wien Austria" in text(client.get(f"/orders/{placed.number}/"))
    put_in_cart(client, make_book(2))
    page = client.get("/checkout/").content.decode()
    assert 'value="Tax Road 2"' in page and '<details class="bill" open>' in page


@pytest.mark.parametrize("missing", ["bill_name", "bill_line1", "bill_postcode", "bill_city", "bill_country"])
def test_half_a_bill_is_told_beside_its_field_and_the_fields_are_open(client, make_book, missing):
    put_in_cart(client, make_book(1))
    page = order(client, **{**BILL, missing: ""})
    html = page.content.decode()
    assert page.status_code == 400 and f'href="#id_{missing}"' in html and f'id="id_{missing}_error"' in html
    assert '<details class="bill" open>' in html and not Order.objects.exists()


def test_nobody_is_asked_for_a_bill_who_wants_none(client, make_book):
    put_in_cart(client, make_book(1))
    assert '<details class="bill">' in client.get("/checkout/").content.decode()


@pytest.mark.parametrize(("chosen", "told"), [("", "ship"), ("ship", "ship"), ("wait", "wait")])
def test_the_warehouse_hears_what_to_do_if_copies_are_missing(client, make_book, chosen, told):
    put_in_cart(client, make_book(1))
    order(client, if_short=chosen)
    assert Order.objects.get().if_short == OutboxMessage.objects.get().body["if_short"] == told
    page = text(client.get(f"/orders/{Order.objects.get().number}/"))
    assert ("Wait until all is there." in page) == (told == "wait")


def test_another_wish_is_no_choice(client, make_book):
    put_in_cart(client, make_book(1))
    assert order(client, if_short="guess").status_code == 400


def test_delivery_costs_what_the_settings_say_until_the_goods_are_worth_enough(client, make_book, settings):
    from decimal import Decimal

    settings.DELIVERY_PRICE, settings.FREE_DELIVERY_FROM = Decimal("3.90"), Decimal("25.00")
    settings.TAX_PERCENT = Decimal("7")
    put_in_cart(client, make_book(1))
    page = text(client.get("/cart/"))
    assert "Delivery €3.90" in page and "Total €16.40" in page and "free with €12.50 more" in page
    assert "Delivery costs €3.90, and nothing from €25.00 on." in page
    page = text(client.get("/checkout/"))
    assert "Delivery €3.90" in page and "Total €16.40" in page and "Includes 7 % tax, €1.07." in page
    order(client)
    placed = Order.objects.get()
    assert (str(placed.total), str(placed.delivery), str(placed.tax)) == ("16.40", "3.90", "1.07")
    page = text(client.get(f"/orders/{placed.number}/"))
    assert "Delivery €3.90 Total €16.40" in page and "Includes 7 % tax, €1.07." in page
    put_in_cart(client, make_book(2), 2)
    assert "Delivery free Total €25.00" in text(client.get("/cart/"))


def test_delivery_is_free_for_prices_in_another_currency(client, make_book, settings):
    settings.DELIVERY_PRICE = 4
    put_in_cart(client, make_book(1, currency="GBP"))
    assert "Delivery free Total £12.50" in text(client.get("/cart/"))


@pytest.mark.parametrize("lines", [1, 60])
@pytest.mark.parametrize("who", ["guest", "alice", "alice for the first time"])
def test_placing_an_order_costs_at_most_twenty_statements_whatever_the_number_of_lines(
    client,
    alice,
    make_book,
    make_coupon,
    make_discount,
    store,  # noqa: F811
    who,
    lines,
):
    """With a coupon, a discount, and copies that the store holds; Alice's address is new, or one that she used before."""
    make_discount()
    make_coupon(most_uses=5)
    if who != "guest":
        log_in(client, alice.email)
    if who == "alice":
        store.free = {1000: 1}
        put_in_cart(client, make_book(1000))
        order(client)
    put_in_cart(client, make_book(1))
    cart = CartLine.objects.get().cart
    CartLine.objects.bulk_create(
        CartLine(cart=cart, book=make_book(pk), quantity=1, price_when_added="10") for pk in range(2, lines + 1)
    )
    store.free = dict.fromkeys(range(1, lines + 1), 9)
    page = client.post("/checkout/", checkout_form(client, coupon="SAVE10", apply="1"))
    form = checkout_form(client, coupon="SAVE10", seen_total=hidden(page, "seen_total"))
    with CaptureQueriesContext(connection) as spent:
        assert client.post("/checkout/", form).status_code == 302
    told = [one["sql"] for one in spent if not one["sql"].startswith(("SAVEPOINT", "RELEASE"))]  # the test's own
    placed = Order.objects.get(coupon_code="SAVE10")
    assert placed.lines.count() == lines and placed.held
    assert len(told) <= 20, "\n".join(sql[:90] for sql in told)
