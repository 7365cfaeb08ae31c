"""A cart becomes an order: once, whole, and queued for the store in the same breath."""

import threading
import uuid
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from shop.cart.models import Cart, CartLine
from shop.notifications.models import Mail
from shop.orders.models import Order, OrderEvent, OrderLine
from shop.orders.operations import CheckoutKeyTaken, EmptyCart, NotForSale, ShipTo, TooDear, place_order
from shop.outbox.models import OutboxMessage

pytestmark = pytest.mark.django_db(transaction=True)

HOME = ShipTo("Alice Example", "1 High Street", "", "10115", "Berlin", "DE", "")


@pytest.fixture
def cart_of(make_book):
    def make(user, *lines):
        cart = Cart.objects.create(user=user)
        for book, quantity in lines:
            CartLine.objects.create(cart=cart, book=book, quantity=quantity, price_when_added=book.price)
        return cart

    return make


def order_from(cart, buyer, now, key=None):
    return place_order(
        cart=cart,
        buyer=buyer,
        email=buyer.email if buyer else "guest@example.org",
        ship_to=HOME,
        note="",
        checkout_key=key or uuid.uuid4(),
        now=now,
    )


def nothing_was_kept():
    return not any(model.objects.exists() for model in (Order, OrderLine, OrderEvent, OutboxMessage, Mail))


def test_order_lines_event_message_and_letter_are_written_together(alice, make_book, cart_of, now):
    """L1"""
    emma, persuasion = make_book(2, title="Emma"), make_book(1, title="Persuasion", price=Decimal("6.25"))
    cart = cart_of(alice, (emma, 2), (persuasion, 1))

    order = order_from(cart, alice, now)

    assert (order.total, order.currency, order.state, order.version) == (Decimal("31.25"), "EUR", "placed", 1)
    assert list(order.lines.order_by("position").values_list("position", "title", "quantity", "unit_price")) == [
        (1, "Emma", 2, Decimal("12.50")),
        (2, "Persuasion", 1, Decimal("6.25")),
    ]
    assert [(event.version, event.state, event.actor) for event in order.events.all()] == [(1, "placed", "customer")]
    message = OutboxMessage.objects.get()
    assert (message.key, message.state) == (str(order.number), "waiting")
    assert message.body == {
        "placed_at": "2026-11-21T10:00:00Z",
        "payment": "on_delivery",
        "paid": "0.00",
        "total": "31.25",
        "delivery": "0.00",
        "currency": "EUR",
        "ship_to": {
            "name": "Alice Example",
            "line1": "1 High Street",
            "line2": "",
            "postcode": "10115",
            "city": "Berlin",
            "country": "DE",
            "phone": "",
        },
        "note": "",
        "if_short": "ship",
        "lines": [
            {
                "line": 1,
                "book": 2,
                "isbn13": emma.isbn13,
                "title": "Emma",
                "quantity": 2,
                "unit_price": "12.50",
                "to_pay": "25.00",
            },
            {
                "line": 2,
                "book": 1,
                "isbn13": persuasion.isbn13,
                "title": "Persuasion",
                "quantity": 1,
                "unit_price": "6.25",
                "to_pay": "6.25",
            },
        ],
    }
    assert not cart.lines.exists()
    assert [(mail.kind, mail.to) for mail in Mail.objects.all()] == [("order_received", alice.email)]


def test_an_empty_cart_makes_neither_order_nor_letter(alice, cart_of, now):
    """L10"""
    with pytest.raises(EmptyCart):
        order_from(cart_of(alice), alice, now)
    assert nothing_was_kept()


@pytest.mark.parametrize("quantity", [0, 100, 1_000_000])
def test_the_database_takes_no_line_of_an_absurd_size(alice, make_book, cart_of, now, quantity):
    """L9"""
    book = make_book()
    order = order_from(cart_of(alice, (book, 1)), alice, now)
    with pytest.raises(DatabaseError) as refused, transaction.atomic():
        OrderLine.objects.create(
            order=order, position=2, book=book, isbn13="", title="x", list_price=1, unit_price=1, quantity=quantity
        )
    assert "order_quantity_sane" in str(refused.value) or "out of range" in str(refused.value)


def test_a_book_that_is_short_or_withdrawn_is_named_and_nothing_is_kept(alice, make_book, cart_of, now):
    """L8"""
    fine, short, gone = make_book(1), make_book(2, store_free=1), make_book(3, retired_at=now)
    cart = cart_of(alice, (fine, 1), (short, 2), (gone, 1))
    with pytest.raises(NotForSale) as refused:
        order_from(cart, alice, now)
    assert [(line.book_id, available) for line, available in refused.value.problems] == [(2, 1), (3, 0)]
    assert nothing_was_kept()
    assert cart.lines.count() == 3


def test_title_and_price_of_an_order_stay_what_they_were(alice, make_book, cart_of, now):
    """L26"""
    book = make_book(1, title="Emma", price=Decimal("12.50"))
    order = order_from(cart_of(alice, (book, 2)), alice, now)
    book.title, book.price = "Emma, revised", Decimal("99.00")
    book.save()
    order.refresh_from_db()
    line = order.lines.get()
    assert (order.total, line.title, line.unit_price) == (Decimal("25.00"), "Emma", Decimal("12.50"))


def test_the_same_checkout_sent_again_answers_the_same_order(alice, make_book, cart_of, now):
    key = uuid.uuid4()
    book = make_book()
    cart = cart_of(alice, (book, 1))
    first = order_from(cart, alice, now, key)
    CartLine.objects.create(cart=cart, book=book, quantity=3, price_when_added=book.price)
    assert order_from(cart, alice, now, key) == first
    assert cart.lines.get().quantity == 3, "what came later waits for the next order"
    assert Order.objects.count() == OutboxMessage.objects.count() == Mail.objects.count() == 1


def test_a_checkout_key_of_somebody_else_gives_nothing_away(alice, bob, make_book, cart_of, now):
    key = uuid.uuid4()
    order_from(cart_of(alice, (make_book(1), 1)), alice, now, key)
    with pytest.raises(CheckoutKeyTaken):
        order_from(cart_of(bob, (make_book(2), 1)), bob, now, key)
    with pytest.raises(CheckoutKeyTaken):
        order_from(Cart.objects.create(), None, now, key)


def in_threads(*calls):
    """This function will start all calls together and return what each answered or raised, in order."""
    gate = threading.Barrier(len(calls))
    outcomes = [None] * len(calls)

    def run(place, call):
        try:
            gate.wait()
            outcomes[place] = call()
        except Exception as error:
            outcomes[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return outcomes


def test_a_double_click_makes_one_order(alice, make_book, cart_of, now):
    key = uuid.uuid4()
    cart = cart_of(alice, (make_book(), 1))
    orders = in_threads(*[lambda: order_from(cart, alice, now, key)] * 4)
    assert len({order.number for order in orders}) == 1
    assert Order.objects.count() == OutboxMessage.objects.count() == Mail.objects.count() == 1


def test_two_checkouts_of_one_cart_make_one_order_and_one_empty_cart(alice, make_book, cart_of, now):
    cart = cart_of(alice, (make_book(), 1))
    outcomes = in_threads(*[lambda: order_from(cart, alice, now)] * 2)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["EmptyCart", "Order"]
    assert Order.objects.count() == 1


def test_the_last_copy_is_sold_once_here_too(make_user, make_book, cart_of, now):
    book = make_book(store_free=1)
    buyers = [make_user(f"Buyer{n}") for n in range(5)]
    carts = [(cart_of(buyer, (book, 1)), buyer) for buyer in buyers]
    outcomes = in_threads(*[lambda c=cart, b=buyer: order_from(c, b, now) for cart, buyer in carts])
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NotForSale"] * 4 + ["Order"]


def test_orders_of_the_same_books_in_opposite_order_do_not_block_each_other(make_user, make_book, cart_of, now):
    books = [make_book(n, store_free=1000) for n in range(1, 9)]
    buyers = [make_user(f"Buyer{n}") for n in range(6)]
    carts = [
        (cart_of(buyer, *[(book, 1) for book in (books if n % 2 else reversed(books))]), buyer)
        for n, buyer in enumerate(buyers)
    ]
    outcomes = in_threads(*[lambda c=cart, b=buyer: order_from(c, b, now) for cart, buyer in carts])
    assert [type(outcome).__name__ for outcome in outcomes] == ["Order"] * 6


def test_a_failure_after_the_order_was_written_leaves_nothing(alice, make_book, cart_of, now, monkeypatch):
    """L8"""
    cart = cart_of(alice, (make_book(), 1))
    monkeypatch.setattr("shop.orders.letters.letter", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        order_from(cart, alice, now)
    assert nothing_was_kept()
    assert cart.lines.count() == 1


def test_no_broker_is_needed_to_order(alice, make_book, cart_of, now, monkeypatch):
    """L3"""
    from shop import bell
    from worker_bell import Bell

    monkeypatch.setattr(bell, "_bell", Bell("amqp://nobody:nothing@127.0.0.1:9//"))
    order = order_from(cart_of(alice, (make_book(), 1)), alice, now)
    assert OutboxMessage.objects.get().key == str(order.number)


def test_a_book_in_rials_is_ordered_at_its_price(alice, make_book, make_coupon, cart_of, now):
    hafez = make_book(1, title="Hafez", price=Decimal("1250000.00"), currency="IRR")
    dear = make_book(2, title="Shahnameh", price=Decimal("99999999.99"), currency="IRR", store_free=99)
    order = order_from(cart_of(alice, (hafez, 3), (dear, 99)), alice, now)
    assert order.total == 3 * hafez.price + 99 * dear.price
    told = OutboxMessage.objects.get().body
    assert [(line["unit_price"], line["to_pay"]) for line in told["lines"]] == [
        ("1250000.00", "3750000.00"),
        ("99999999.99", "9899999999.01"),
    ]


def test_a_coupon_for_rials_takes_whole_rials_off(alice, make_book, make_coupon, cart_of, now):
    make_coupon("TENTH", most_uses=5)
    cart = cart_of(alice, (make_book(1, price=Decimal("1249999.00"), currency="IRR", store_free=99), 99))
    order = place_order(
        cart=cart, buyer=alice, email=alice.email, ship_to=HOME, note="", checkout_key=uuid.uuid4(), now=now,
        coupon="TENTH",
    )  # fmt: skip
    assert order.discount == order.lines.get().discount == Decimal("12374990.00")


def test_what_is_more_than_an_order_can_cost_is_refused_and_nothing_is_kept(alice, make_book, cart_of, now):
    dear = [make_book(n, price=Decimal("99999999.99"), currency="IRR", store_free=99) for n in (1, 2)]
    with pytest.raises(TooDear, match="order it in parts"):
        order_from(cart_of(alice, *((book, 99) for book in dear)), alice, now)
    assert nothing_was_kept()
