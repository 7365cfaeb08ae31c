"""What pages of orders give to the script that follows them; without it they are pages as any other."""

import pytest
from django.test import Client
from live_clients import browser_of, move, new_order

from shop.orders.models import OrderLine
from shop.orders.states import State

pytestmark = pytest.mark.django_db
PART = {"HX-Request": "true"}


@pytest.fixture
def order(alice, make_book):
    order = new_order(alice)
    OrderLine.objects.create(
        order=order, position=1, book=make_book(1), isbn13="1", title="Emma", list_price=10, unit_price=10, quantity=1
    )
    return order


@pytest.fixture
def hers(alice):
    return browser_of(alice)


@pytest.mark.parametrize("one", [True, False], ids=["the order's page", "my orders"])
def test_a_page_says_what_it_shows_and_where_its_stream_is_and_gives_that_part_alone(order, hers, one):
    address = order.get_absolute_url() if one else "/orders/"
    page, part = (hers.get(address, headers=headers).content.decode() for headers in ({}, PART))
    assert "<html" in page and 'static/follow.js"' in page and 'id="followed-news"' in page
    assert part.startswith('<div id="followed"') and "<html" not in part
    shown = f'data-order="{order.number}" data-edition="1" data-says="Order {order.reference}: Placed.'
    assert shown in part
    assert f'data-live="/sse/orders/{f"?order={order.number}" if one else ""}"' in part


def test_an_order_to_which_nothing_more_happens_is_not_followed_but_for_others_that_may_come(order, hers):
    move(order, State.ACCEPTED, State.SHIPPED)
    page = hers.get(order.get_absolute_url()).content.decode()
    assert "follow.js" not in page and "data-live" not in page
    assert "data-all" in (orders := hers.get("/orders/").content.decode()) and "data-live" in orders


def test_the_part_is_nobody_elses(order, bob):
    assert browser_of(bob).get(order.get_absolute_url(), headers=PART).status_code == 404
    assert str(order.number) not in browser_of(bob).get("/orders/", headers=PART).content.decode()
    assert Client().get("/orders/", headers=PART).status_code == 302


def test_whoever_came_by_the_letters_link_takes_its_key_along(order):
    page = Client().get(order.get_absolute_url(), {"key": order.link_token}).content.decode()
    assert f'data-live="/sse/orders/?order={order.number}&amp;key={order.link_token}"' in page


def test_in_the_demo_the_stream_is_at_another_port_of_the_same_host(order, hers, settings):
    settings.LIVE_PORT = 9999
    page = hers.get("/orders/", headers={"Host": "localhost:8000"}).content.decode()
    assert 'data-live="http://localhost:9999/sse/orders/"' in page
