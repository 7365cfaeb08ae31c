"""The admin's first page shows each role what it has to do and how the shop is, and nothing that it may not see."""

import re
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.utils import timezone
from shopping import text

from shop.contact.models import Message
from shop.staff import figures
from shop.staff.roles import AGENTS, CONTENT, DISPATCHERS, OFFICE, OWNERS, PRODUCTS

pytestmark = pytest.mark.django_db


@pytest.fixture
def today():
    return timezone.now().replace(hour=0, minute=30)


@pytest.fixture
def week(make_order, make_book, today):
    """Two orders today, one six days ago, one that was never paid, and one of long ago."""
    books = {
        n: make_book(n, title=title, store_free=free)
        for n, title, free in ((1, "Sold", 5), (2, "Idle", 9), (3, "Few", 1))
    }
    make_order("placed", at=today, book=books[1], total="30.00", attention="Look!")
    make_order("shipped", at=today, book=books[1], total="12.50")
    make_order("shipped", at=today - timedelta(days=6), book=books[3], total="20.00")
    make_order("expired", at=today, book=books[1], total="99.00")
    make_order("shipped", at=today - timedelta(days=200), book=books[2], total="77.00")


def test_an_owner_sees_what_was_sold_and_where_the_orders_are(person_in, browser_of, week, today):
    answer = browser_of(person_in(OWNERS)).get("/admin/")
    page = text(answer)
    assert "You work here as: Owners." in page
    assert f"€62.50 in the last 30 days; the best was {today:%-d %b} with €42.50." in page
    assert "4 orders of the last 30 days" in page and "Shipped 2" in page and "Not paid in time 1" in page
    assert "1 order that needs attention" in page
    assert "Shop and store" in page
    html = answer.content.decode()
    chart = re.search(r"<svg class=\"desk-bars\".*?</svg>", html, re.DOTALL)[0]
    assert chart.count("<rect") == figures.DAYS and 'role="img"' in chart and "<title" in chart and "<desc" in chart
    assert "style=" not in html.split('class="desk"')[1].split("</svg>")[-1], "no style in the page"


@pytest.mark.parametrize(
    ("placed", "day"),
    [
        ("2026-11-25T22:59:59", 25),
        ("2026-11-25T23:00:00", 26),
        ("2026-11-26T22:59:59", 26),
        ("2026-11-26T23:00:00", 27),
    ],
)
def test_days_begin_at_midnight_where_the_shop_is(settings, make_order, placed, day):
    settings.TIME_ZONE = "Europe/Vienna"
    make_order("placed", at=datetime.fromisoformat(placed + "+00:00"), total="5.00")
    days = figures.lately(today=date(2026, 11, 27)).days
    assert {each.day.day: each.orders for each in days if each.orders} == {day: 1}


def test_a_day_of_25_hours_is_a_day(settings, make_order):
    settings.TIME_ZONE = "Europe/Vienna"
    for hour in range(25):  # of 25 October 2026, when the clocks go back
        make_order("placed", at=datetime(2026, 10, 24, 22, 30, tzinfo=UTC) + timedelta(hours=hour), total="5.00")
    assert figures.lately(today=date(2026, 10, 25)).days[-1].orders == 25


def test_slow_sellers_are_those_that_lie_idle_the_most_first(week, today):
    assert [(one.title, one.sold) for one in figures.slow_sellers(today=today.date())] == [
        ("Idle", 0),
        ("Few", 1),
        ("Sold", 2),
    ]


@pytest.mark.parametrize(
    "role, sees, sees_not",
    [
        (OFFICE, ["Sales by day", "Orders by state", "need attention", "Slow sellers"], []),
        (PRODUCTS, ["Sales by day", "Slow sellers"], ["Orders by state", "attention", "Shop and store"]),
        (AGENTS, ["Orders by state", "from the contact page"], ["Sales by day", "Slow sellers", "€"]),
        (
            DISPATCHERS,
            ["Orders by state", "Shipped 2"],
            ["Not paid in time", "Sales", "€", "attention", "contact page"],
        ),
        (CONTENT, ["0 reviews to read"], ["Orders by state", "Sales", "attention", "Shop and store"]),
    ],
)
def test_each_role_sees_its_own_part(person_in, browser_of, week, role, sees, sees_not):
    page = text(browser_of(person_in(role)).get("/admin/"))
    assert not [words for words in sees if words not in page.replace("needs", "need")]
    assert not [words for words in sees_not if words in page]


def test_currencies_are_not_added_up(person_in, browser_of, make_order, today):
    make_order("placed", at=today, total="10.00")
    make_order("placed", at=today, total="1000.00", currency="IRR")
    page = text(browser_of(person_in(OWNERS)).get("/admin/"))
    assert "Sales by day, EUR" in page and "Sales by day, IRR" in page and "€10.00 in the last" in page


def test_a_shop_without_orders_says_so(person_in, browser_of):
    page = text(browser_of(person_in(OWNERS)).get("/admin/"))
    assert "0 orders of the last 30 days" in page and "There are no books in stock." in page


def test_the_page_costs_a_constant_number_of_statements(person_in, browser_of, make_order, today, statements):
    browser = browser_of(person_in(OWNERS))
    browser.get("/admin/")

    def afresh():
        cache.clear()
        browser.get("/admin/")

    before = statements(afresh)
    for number in range(12):
        make_order(
            "placed" if number % 2 else "shipped", at=today - timedelta(days=number), attention="x" * (number % 2)
        )
        Message.objects.create(key=uuid4(), name="N", email="n@x.org", text="?", network="n", at=today)
    assert statements(afresh) == before
    assert statements(lambda: browser.get("/admin/")) < before, "the figures are kept for a minute"
