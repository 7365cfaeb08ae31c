"""People are told times by the clocks of the shop's own zone; what is kept, and what programs read, is in UTC."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from shopping import order, put_in_cart, text

from shop.clock import begin_of
from shop.coupons.operations import CouponRefused, check
from shop.orders.letters import letter
from shop.orders.models import Order
from shop.payments.queries import pay_by

pytestmark = pytest.mark.django_db

WINTER = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)  # half past midnight in Vienna
SUMMER = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)


@pytest.fixture
def vienna(settings):
    settings.TIME_ZONE = "Europe/Vienna"


@pytest.fixture
def placed(client, make_book, vienna):
    put_in_cart(client, make_book(1))
    order(client)
    return Order.objects.get()


def at(placed, moment):
    Order.objects.filter(pk=placed.pk).update(placed_at=moment)
    placed.events.update(at=moment)
    return placed.get_absolute_url()


@pytest.mark.parametrize(
    ("moment", "told", "exact"),
    [(WINTER, "22 November 2026, 00:30 CET", "2026-11-22T00:30:00+01:00"),
     (SUMMER, "2 July 2026, 00:30 CEST", "2026-07-02T00:30:00+02:00"),
     (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "25 October 2026, 02:30 CEST", "2026-10-25T02:30:00+02:00"),
     (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "25 October 2026, 02:30 CET", "2026-10-25T02:30:00+01:00")],
)  # fmt: skip
def test_an_orders_page_tells_the_time_with_its_zone_also_in_the_hour_that_comes_twice(
    client, placed, moment, told, exact
):
    page = client.get(at(placed, moment))
    assert f"Placed on {told} ." in text(page) and f'datetime="{exact}"' in page.content.decode()
    assert "UTC" not in text(page)


def test_programs_read_utc_wherever_the_shop_is(client, placed):
    at(placed, WINTER)
    answer = client.get(f"/api/orders/{placed.number}/", headers={"X-Order-Key": placed.link_token})
    assert answer.json()["placed_at"] == "2026-11-21T23:30:00Z"
    assert not re.search(r"\d\d:\d\d[^\"]*\+0[12]:00", answer.content.decode())


def test_what_a_program_writes_without_a_zone_is_utc(vienna):
    from rest_framework.serializers import DateTimeField

    assert DateTimeField().run_validation("2026-11-21T23:30:00") == WINTER


def test_letters_are_dated_by_the_shops_day(placed):
    placed.placed_at = WINTER
    told = letter(placed, list(placed.lines.all()), placed.events.get(), now=WINTER)
    assert "of 22 November 2026" in told.text and "of 22 November 2026" in told.html


def test_time_to_pay_ends_by_the_shops_clock(vienna):
    until = Order(pay_until=WINTER)
    assert pay_by(until, now=WINTER - timedelta(minutes=5)) == "00:30 CET"
    assert pay_by(until, now=WINTER - timedelta(days=5)) == "22 November 2026, 00:30 CET"


def test_a_coupon_says_from_when_on_it_is_valid(make_coupon, vienna):
    coupon = make_coupon(starts_at=SUMMER)
    with pytest.raises(CouponRefused, match="from 2 July 2026, 00:30 CEST on"):
        check(coupon, [], currency="EUR", customer="", now=SUMMER - timedelta(hours=1))


def test_a_day_begins_where_the_shop_is_and_has_as_many_hours_as_it_has(vienna):
    first, second, third = (begin_of(date(2026, 10, day)).astimezone(UTC) for day in (24, 25, 26))
    assert first == datetime(2026, 10, 23, 22, tzinfo=UTC)
    assert (second - first, third - second) == (timedelta(hours=24), timedelta(hours=25))
