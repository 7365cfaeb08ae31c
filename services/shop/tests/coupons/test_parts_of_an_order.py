"""Orders with discount, coupon and delivery of which not all is sent: what goes back adds up to the cent."""

import uuid
from decimal import Decimal

import pytest
from tests.payments.conftest import Clock

from shop.cart.models import Cart, CartLine
from shop.notifications.models import Mail
from shop.orders.letters import letter, short_letter
from shop.orders.models import Order, OrderEvent
from shop.orders.operations import ShipTo, place_order
from shop.orders.queries import part_of
from shop.orders.states import State
from shop.payments.refunds import owed

pytestmark = pytest.mark.django_db
HOME = ShipTo("Alice Example", "1 High Street", "", "10115", "Berlin", "DE", "")


@pytest.fixture
def placed(make_book, make_coupon, make_discount, settings):
    """3 × €10.00 instead of €12.50, 1 × €7.00; a third off by coupon; €3.90 for delivery; 7 % of it tax."""
    settings.DELIVERY_PRICE, settings.TAX_PERCENT = Decimal("3.90"), Decimal("7")
    make_coupon("THIRD", value=Decimal("33.33"))
    emma, dracula = make_book(1, title="Emma"), make_book(2, title="Dracula", price=Decimal("7.00"))
    make_discount(emma)
    cart = Cart.objects.create()
    for book, quantity in ((emma, 3), (dracula, 1)):
        CartLine.objects.create(cart=cart, book=book, quantity=quantity, price_when_added=book.price)
    return place_order(
        cart=cart, buyer=None, email="alice@example.org", ship_to=HOME, note="", checkout_key=uuid.uuid4(),
        now=Clock()(), coupon="THIRD",
    )  # fmt: skip


def lines(order):
    return list(order.lines.order_by("position"))


def test_the_whole_order_adds_up(placed):
    emma, dracula = lines(placed)
    assert (str(placed.goods), str(placed.discount), str(placed.delivery)) == ("37.00", "12.33", "3.90")
    assert str(placed.total) == "28.57" == str(owed(placed, [emma, dracula]))
    assert emma.to_pay + dracula.to_pay + placed.delivery == placed.total
    assert (str(emma.discount), str(dracula.discount), str(placed.tax)) == ("10.00", "2.33", "1.87")


def test_what_is_missing_costs_its_share_after_the_coupon_and_the_delivery_stays(placed):
    emma, dracula = lines(placed)
    emma.short, placed.state = 1, State.ACCEPTED
    assert owed(placed, [emma, dracula]) == Decimal("13.33") + Decimal("4.67") + Decimal("3.90")
    emma.short = 3
    assert owed(placed, [emma, dracula]) == Decimal("8.57")


def test_what_goes_back_copy_by_copy_is_the_whole_price_in_the_end(placed):
    emma, dracula = lines(placed)
    placed.state, kept, back = State.ACCEPTED, placed.total, Decimal(0)
    for line, copies in ((emma, 1), (emma, 2), (dracula, 1), (emma, 3)):
        line.short = copies
        back, kept = back + kept - owed(placed, [emma, dracula]), owed(placed, [emma, dracula])
        assert kept >= 0
    assert (kept, back) == (Decimal(0), placed.total), "nothing is sent, so the delivery goes back, too"


@pytest.mark.parametrize("state", [State.CANCELLED, State.REJECTED, State.FAILED])
def test_nothing_is_owed_for_an_order_that_came_to_nothing(placed, state):
    placed.state = state
    assert owed(placed, lines(placed)) == 0


def test_letter_and_page_name_the_same_sums_for_a_part(placed):
    emma, dracula = lines(placed)
    emma.short, placed.state = 2, State.ACCEPTED
    emma.save()
    paper = short_letter(placed, [emma, dracula], {1: "Damaged."}, now=Clock()())
    for text in (paper.text, paper.html):
        assert "2 cannot be sent (€13.34): Damaged." in text and "Coupon THIRD" in text and "€15.23" in text
        assert "Includes 7\N{NO-BREAK SPACE}% tax, €1.00." in text
    assert "Coupon THIRD: −€5.67\nDelivery: €3.90\nTo be paid on delivery, for what will be sent: €15.23" in paper.text
    assert part_of(placed).total == Decimal("15.23")


def test_the_letter_on_an_order_that_is_over_names_what_it_would_have_cost(placed):
    emma, dracula = lines(placed)
    emma.short = 2
    event = OrderEvent(order=placed, version=9, state=State.FAILED, at=Clock()(), reason="Lost.")
    text = letter(placed, [emma, dracula], event, now=Clock()(), reasons={1: "Damaged."}).text
    assert "2 cannot be sent (€13.34): Damaged." in text and "nothing is due: €28.57" in text


def test_the_first_letter_has_every_sum(placed):
    text = Mail.objects.get().text
    assert "Coupon THIRD: −€12.33\nDelivery: €3.90\nTotal, to be paid on delivery: €28.57" in text
    assert Order.objects.get().total == Decimal("28.57")
