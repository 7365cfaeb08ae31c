"""What each letter about an order says: what is true, where to look, and what is to be paid."""

import re
import uuid
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from shop.notifications.templatetags.letters import with_links
from shop.orders.letters import KINDS, SILENT, letter
from shop.orders.models import Order, OrderEvent, OrderLine
from shop.orders.states import State

AT = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


@pytest.fixture
def order(make_book):
    order = Order.objects.create(
        checkout_key=uuid.uuid4(),
        email="guest@example.org",
        version=1,
        placed_at=AT,
        currency="EUR",
        total=Decimal("31.25"),
        ship_name="Alice <b>Example</b>",
        ship_line1="1 High Street",
        ship_postcode="10115",
        ship_city="Berlin",
        ship_country="DE",
    )
    order.kept = [
        OrderLine.objects.create(
            order=order, position=1, book=make_book(1), title="Emma & Co", authors="Jane Austen",
            list_price=Decimal("12.50"), unit_price=Decimal("12.50"), quantity=2,
        ),
        OrderLine.objects.create(
            order=order, position=2, book=make_book(2), title="Persuasion", list_price=Decimal("6.25"),
            unit_price=Decimal("6.25"), quantity=1,
        ),
    ]  # fmt: skip
    return order


def write(order, state, reason=""):
    return letter(order, order.kept, OrderEvent(order=order, version=2, state=state, at=AT, reason=reason), now=AT)


@pytest.mark.parametrize("state", [state for state in State if state not in SILENT])
def test_every_letter_names_the_books_the_prices_and_the_way_to_the_order(order, state):
    for line in order.kept:
        line.shipped = line.quantity if state == State.SHIPPED else 0
    mail = write(order, state, reason="Because.")
    link = f"/orders/{order.number}/?key={order.link_token}"
    for paper in (mail.text, mail.html):
        assert "Persuasion" in paper and "€25.00" in paper and "€31.25" in paper
        assert link in paper
        assert order.reference in paper
    assert "Emma & Co" in mail.text and "Emma &amp; Co" in mail.html
    assert "Alice &lt;b&gt;" in mail.html and "<b>Example" not in mail.html
    assert mail.event == f"order:{order.number}:2:{KINDS[state]}"
    assert mail.message_id == f"<order-{order.number}-v2-{KINDS[state]}@bookshop.example>"
    assert "{{" not in mail.text + mail.html and "{%" not in mail.text + mail.html
    assert order.reference in mail.subject


def test_received_does_not_promise_what_the_warehouse_has_not_confirmed(order):
    """L2"""
    text = write(order, State.PLACED).text
    assert "still has to confirm" in text
    assert "accepted" not in text and "packed" not in text


@pytest.mark.parametrize("state", [State.REJECTED, State.FAILED, State.CANCELLED])
def test_an_order_that_is_over_says_why_and_that_nothing_is_due(order, state):
    mail = write(order, state, reason="The last copy of “Emma” is damaged.")
    for paper in (mail.text, mail.html):
        assert "The last copy of “Emma” is damaged." in paper
        assert "nothing is due" in paper and "to be paid on delivery" not in paper


def test_a_part_that_was_shipped_is_called_a_part_and_only_it_is_due(order):
    order.kept[0].shipped = 1
    mail = write(order, State.SHIPPED)
    assert "Part of your order" in mail.subject
    assert "1 of the 3 copies" in mail.text and "1 of 2" in mail.text
    assert "To be paid on delivery, for what was sent: €12.50" in mail.text


def test_a_letter_is_the_same_whenever_it_is_rendered(order):
    first, second = write(order, State.ACCEPTED), write(order, State.ACCEPTED)
    assert (first.text, first.html, first.subject) == (second.text, second.html, second.subject)


def test_the_link_leads_to_the_page_of_the_order(order):
    assert f"{order.get_absolute_url()}?key={order.link_token}" in write(order, State.PLACED).text


@pytest.mark.parametrize("state", [State.PACKING, State.PARTLY_SHIPPED, State.SHIPPED])
def test_letters_that_may_be_chosen_say_how_unless_they_tell_of_money_or_missing_books(order, state):
    order.payment = Order.Payment.PREPAID
    for line in order.kept:
        line.shipped = line.quantity
    mail = write(order, state)
    assert mail.stop_url and mail.stop_url in mail.text and mail.stop_url in mail.html
    event = OrderEvent(order=order, version=2, state=state, at=AT)
    assert not letter(order, order.kept, event, now=AT, returned=Decimal(1)).stop_url
    order.payment = Order.Payment.ON_DELIVERY
    assert bool(write(order, state).stop_url) == (state == State.PACKING), "what is to be paid"
    order.payment, order.kept[0].short, order.kept[0].shipped = Order.Payment.PREPAID, 1, 1
    missing = write(order, state)
    assert not missing.stop_url and "letters of this kind" not in missing.text + missing.html


@pytest.mark.parametrize("state", [State.PLACED, State.ACCEPTED, State.PACKING, State.PARTLY_SHIPPED, State.SHIPPED])
def test_nobody_is_asked_to_have_nothing_ready(order, state):
    """A coupon has made the order free; some copies cannot be sent."""
    order.total = Decimal("0.00")
    for line in order.kept:
        line.discount, line.short = line.total, 1
    mail = write(order, state)
    for paper in (mail.text, mail.html):
        assert "nothing to pay" in paper
        assert not [word for word in ("ready when", "you pay", "You pay", "on delivery") if word in paper]


def test_the_country_is_named_as_on_the_pages(order):
    mail = write(order, State.PLACED)
    assert "Berlin\nGermany\n" in mail.text and "Germany" in mail.html and "<br>\nDE" not in mail.html


def test_our_own_addresses_in_a_letter_are_links_and_those_of_others_are_not(order, settings):
    shop = settings.PUBLIC_URL
    order.ship_name = f"{shop}.evil.example https://evil.example {shop}@evil.example {shop}-evil.example"
    mail = write(order, State.EXPIRED)
    link = f"{order.signed_url}"
    assert f'<a href="{link}" style="color:#26453d;">{link}</a>' in mail.html and link in mail.text
    assert "<a" not in mail.text
    received = write(order, State.PLACED)
    assert "evil.example" in received.html and 'evil.example"' not in received.html
    targets = re.findall(r'href="([^"]*)"', received.html + mail.html)
    assert targets and all(target.startswith(f"{shop}/") for target in targets)


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("See {}/orders/1/?key=a&b=c.", "{}/orders/1/?key=a&amp;b=c"),
        ("({}/cart/)", "{}/cart/"),
        ('"{}/cart/"', "{}/cart/"),
        ("<{}/cart/>", "{}/cart/"),
        ("{}, our shop", "{}"),
    ],
)
def test_a_link_ends_where_its_address_ends(settings, text, link):
    html = with_links(text.format(settings.PUBLIC_URL))
    assert re.search(r'href="([^"]*)"', html)[1] == link.format(settings.PUBLIC_URL) and "<script" not in html
