"""Staff are told times by the clocks of the warehouse's own zone, where its days begin as well; programs read UTC."""

import csv
from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from store.orders import dispatch_list
from store.orders.models import Order
from store.orders.packing import dispatch
from store.orders.story import copy_in_a_sentence
from store.shelves.queries import sold_by_day
from store.stock.models import BookItem, LedgerLine

BEFORE, AFTER = datetime(2026, 11, 25, 22, 59, 59, tzinfo=UTC), datetime(2026, 11, 25, 23, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def vienna(settings):
    settings.TIME_ZONE = "Europe/Vienna"


@pytest.fixture
def dan(staff):
    return staff("packer")


@pytest.fixture
def around_midnight(books, accept):
    """Two orders that left a second before midnight and at midnight."""
    sent = []
    for barcode, moment in (("B1-1", BEFORE), ("B1-2", AFTER)):
        sent.append(accept((books[0], 1)))
        dispatch(order_id=sent[-1].id, barcodes=[barcode], actor="dan@example.org", now=moment)
    return sent


def test_an_orders_page_tells_the_time_with_its_zone(dan, books, accept):
    order = accept((books[0], 1), placed_at="2026-07-01T22:30:00Z")
    page = dan.get(reverse("admin:orders_order_change", args=[order.pk])).content.decode()
    assert "<dd>2 July 2026, 00:30 CEST</dd>" in page


def test_what_left_on_a_day_left_between_two_midnights_of_the_warehouse(dan, around_midnight):
    first, second = around_midnight
    for day, order, left in (("2026-11-25", first, "2026-11-25 23:59"), ("2026-11-26", second, "2026-11-26 00:00")):
        answer = dan.get(reverse("packing:parcels"), {"day": day, "as": "csv"})
        (row,) = csv.DictReader(b"".join(answer.streaming_content).decode().splitlines())
        assert (row["order"], row["left at (Europe/Vienna)"]) == (order.reference, left)
    for day in ("0001-01-01", "9999-12-30", "9999-12-31"):
        assert dan.get(reverse("packing:parcels"), {"day": day}).status_code == 200


def test_a_day_of_25_hours_is_a_day(books, accept):
    order = accept((books[0], 1))
    dispatch(
        order_id=order.id, barcodes=["B1-1"], actor="dan@example.org", now=datetime(2026, 10, 25, 22, 30, tzinfo=UTC)
    )
    left = dispatch_list.left_on(date(2026, 10, 25), orders=Order.objects.all())
    assert [parcel.order for parcel in left] == [order]
    assert not dispatch_list.left_on(date(2026, 10, 26), orders=Order.objects.all())


def test_what_was_sold_is_counted_by_the_warehouses_days(around_midnight):
    assert sold_by_day(now=AFTER + timedelta(hours=1), days=2) == [(date(2026, 11, 25), 1), (date(2026, 11, 26), 1)]
    assert sold_by_day(now=BEFORE, days=1) == [(date(2026, 11, 25), 1)]


def test_the_queue_counts_what_was_packed_since_midnight(dan, around_midnight, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: AFTER + timedelta(minutes=5))
    assert "All packed today: 1." in dan.get(reverse("packing:queue")).content.decode()


def test_copies_are_found_by_the_day_on_which_they_came(staff, books):
    BookItem.objects.filter(barcode="B1-1").update(received_at=AFTER)
    BookItem.objects.filter(barcode="B1-2").update(received_at=BEFORE)
    answer = staff("owner").get(reverse("admin:stock_bookitem_changelist"), {"day": "2026-11-26"})
    assert [copy.barcode for copy in answer.context["cl"].result_list] == ["B1-1"]


def test_a_copys_sentence_tells_the_zone(around_midnight):
    told = copy_in_a_sentence(
        BookItem.objects.get(barcode="B1-2"), LedgerLine.objects.filter(copy__barcode="B1-2").latest("id")
    )
    assert "26 November 2026, 00:00 CET" in told


def test_programs_read_utc_wherever_the_warehouse_is(shop, books, accept):
    order = accept((books[0], 1), placed_at="2026-11-21T23:30:00Z")
    answer = shop.get(f"/api/orders/{order.number}/")
    assert answer.json()["placed_at"] == "2026-11-21T23:30:00Z"
    assert "+01:00" not in answer.content.decode()
