"""The sum of an order: every cent is somewhere, once, whatever the coupon."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shop.coupons.pricing import Delivery, Goods, Saving, nearest, quote, reduced, share, tax_in, unit_of

D = Decimal
any_sum = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])  # other work may slow it down


def euros(least: int, most: int):
    return st.integers(least * 100, most * 100).map(lambda n: D(n) / 100)


prices = euros(0, 500)
amounts = st.integers(1, 999_999).map(lambda n: D(n) / 100)
goods = st.lists(st.builds(lambda n, price: Goods(n, price, price), st.integers(1, 99), prices), max_size=12)
savings = st.one_of(
    st.none(),
    st.builds(Saving, percent=euros(1, 100)),
    st.builds(Saving, amount=amounts),
    st.just(Saving(free_delivery=True)),
)
deliveries = st.builds(Delivery, price=prices, free_from=st.one_of(st.none(), prices))


@any_sum
@given(goods, savings, deliveries)
def test_every_cent_is_accounted_for(lines, saving, delivery):
    sum_ = quote(lines, saving=saving, delivery=delivery)
    paid = [line.total - off for line, off in zip(lines, sum_.off, strict=True)]
    assert sum(paid, D(0)) + sum_.delivery == sum_.total
    assert all(0 <= line <= lines[place].total for place, line in enumerate(paid))
    assert all(amount == nearest(amount) for amount in (*paid, sum_.total, sum_.delivery))


@any_sum
@given(goods, savings, deliveries)
def test_a_coupon_never_makes_an_order_dearer(lines, saving, delivery):
    assert quote(lines, saving=saving, delivery=delivery).total <= quote(lines, saving=None, delivery=delivery).total


@any_sum
@given(goods, amounts)
def test_an_amount_is_taken_off_whole_or_as_much_as_there_is(lines, amount):
    sum_ = quote(lines, saving=Saving(amount=amount), delivery=Delivery())
    assert sum_.saved == min(amount, sum_.goods)


@any_sum
@given(prices, st.integers(1, 99), st.data())
def test_parts_of_a_line_never_add_up_to_more_than_the_line(amount, copies, data):
    first = data.draw(st.integers(0, copies))
    assert share(amount, first, copies) + share(amount, copies - first, copies) <= amount
    assert share(amount, copies, copies) == amount and share(amount, 0, copies) == 0


@pytest.mark.parametrize(
    ("price", "percent", "left"),
    [("10.00", "20", "8.00"), ("9.99", "15", "8.49"), ("0.01", "50", "0.01"), ("12.50", "33.3", "8.34")],
)
def test_a_discount_is_rounded_to_the_nearest_cent(price, percent, left):
    assert reduced(D(price), D(percent)) == D(left)


@pytest.mark.parametrize(("currency", "left"), [("EUR", "1124999.10"), ("IRR", "1124999"), ("JPY", "1124999")])
def test_what_has_no_parts_is_reduced_to_the_nearest_whole(currency, left):
    assert reduced(D("1249999"), D("10"), currency) == D(left)


whole_prices = st.integers(0, 99_999_999).map(D)
whole_goods = st.lists(st.builds(lambda n, price: Goods(n, price, price), st.integers(1, 99), whole_prices), max_size=9)


@any_sum
@given(whole_goods, st.builds(Saving, percent=euros(1, 100)))
def test_a_coupon_takes_no_parts_off_what_has_none(lines, saving):
    """Zarinpal and PayPal take no parts of them."""
    sum_ = quote(lines, saving=saving, delivery=Delivery(), unit=unit_of("IRR"))
    assert all(amount == amount.to_integral_value() for amount in (*sum_.off, sum_.total))
    assert sum(sum_.off, D(0)) == sum_.saved == nearest(sum_.goods * saving.percent / 100, D(1))


def test_delivery_is_free_from_a_worth_on_that_a_coupon_does_not_lower():
    delivery = Delivery(D("3.90"), free_from=D("29.00"))
    lines = [Goods(2, D("14.50"), D("14.50"))]
    assert quote(lines, saving=None, delivery=delivery).delivery == 0
    assert quote(lines, saving=Saving(percent=D(50)), delivery=delivery).delivery == 0
    assert quote([Goods(1, D("14.50"), D("14.50"))], saving=None, delivery=delivery).total == D("18.40")
    assert quote([], saving=None, delivery=delivery).total == 0


def test_the_tax_is_part_of_the_price():
    assert tax_in(D("107.00"), D("7")) == D("7.00")
    assert tax_in(D("10.00"), D("0")) == 0
    assert quote([Goods(1, D("20.00"), D("18.00"))], saving=None, delivery=Delivery(), tax_percent=D("7")).tax == D(
        "1.18"
    )
