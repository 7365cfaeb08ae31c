"""What waits to be packed: the oldest first, and what is short or claimed seen before an order is opened."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from tests.conftest import NOW

from store.orders import views
from store.orders.models import Order, OrderEvent
from store.orders.packing import choose_copies, dispatch
from store.orders.scanning import take_next
from store.orders.shortfall import fall_short
from store.stock.models import Origin
from store.stock.operations import Delivery, receive_copies

WHO = {"actor": "olga@example.org", "now": NOW}
MOST_STATEMENTS = 8


@pytest.fixture
def dan(staff):
    return staff("packer")


def shown(client, **filters):
    page = client.get(reverse("packing:queue"), filters)
    return [row.order for row in page.context["rows"]]


def test_the_oldest_comes_first_with_what_is_short_in_the_box_and_claimed(dan, books, accept):
    now = timezone.now()
    old = accept((books[0], 2), (books[1], 1), placed_at=(now - timedelta(days=2)).isoformat())
    new = accept((books[0], 1), placed_at=now.isoformat())
    choose_copies(order_id=old.id, barcodes=["B1-1"], **WHO)
    fall_short(order_id=old.id, line=2, number=1, reason="Water damage", **WHO)
    take_next(queue=Order.objects.filter(pk=new.pk), packer="eve@example.org", now=now)
    page = dan.get(reverse("packing:queue"))
    first, second = page.context["rows"]
    assert [first.order, second.order] == [old, new]
    assert (first.lines, first.copies, first.packed, first.short) == (1, 2, 1, ["1 × Jane Eyre"])
    words = page.content.decode()
    assert "1 × Jane Eyre" in words and "1 of 2" in words and "eve@example.org" in words and "late since" in words
    assert shown(dan, short="yes") == shown(dan, late="yes") == shown(dan, claim="free") == [old]
    assert shown(dan, short="no") == shown(dan, claim="others") == [new]
    assert shown(dan, claim="mine") == []
    assert shown(dan, claim="'; --", page="x") == [old, new]


def test_filters_go_along_in_the_address(dan, books, accept):
    accept((books[0], 1))
    order = accept((books[0], 2))
    choose_copies(order_id=order.id, barcodes=["B1-1"], **WHO)
    fall_short(order_id=order.id, line=1, number=1, reason="Water damage", **WHO)
    page = dan.get(reverse("packing:queue"), {"short": "yes"})
    bench = reverse("packing:bench", args=[order.pk]) + "?short=yes"
    assert f'href="{bench}"' in page.content.decode()
    assert dan.post(reverse("packing:next") + "?short=yes")["Location"] == bench
    done = dan.post(bench, {"code": "done", "revision": Order.objects.get(pk=order.pk).revision})
    assert done["Location"] == reverse("packing:queue") + "?short=yes"
    assert "No waiting order is like that." in dan.get(done["Location"]).content.decode()
    assert dan.post(done["Location"].replace("packing/", "packing/next/"))["Location"] == done["Location"]


def test_filters_go_along_to_the_next_page(dan, books, accept, monkeypatch):
    monkeypatch.setattr(views, "ORDERS_A_PAGE", 1)
    for _ in range(2):
        accept((books[0], 1))
    page = dan.get(reverse("packing:queue"), {"claim": "free"}).content.decode()
    assert 'rel="next" href="?claim=free&amp;page=2"' in page and 'rel="prev"' not in page
    second = dan.get(reverse("packing:queue"), {"claim": "free", "page": 2}).content.decode()
    assert 'rel="prev" href="?claim=free&amp;page=1"' in second and 'rel="next"' not in second


def test_an_empty_queue_says_how_many_were_packed_today(dan, books, accept):
    for barcode, day in (("B1-1", 0), ("B1-2", 0), ("B1-3", 1)):
        order = accept((books[0], 1))
        when = timezone.now() - timedelta(days=day)
        dispatch(order_id=order.id, barcodes=[barcode], actor="dan@example.org", now=when)
    assert OrderEvent.objects.filter(status="dispatched").count() == 3
    assert "All packed today: 2." in dan.get(reverse("packing:queue")).content.decode()


def test_the_queue_costs_the_same_for_many_orders(dan, books, accept):
    """L21"""

    def statements():
        with CaptureQueriesContext(connection) as queries:
            assert dan.get(reverse("packing:queue")).status_code == 200
        return len(queries)

    with transaction.atomic():
        receive_copies([Delivery(book.id, 90) for book in books], origin=Origin.HAND, **WHO)
    accept((books[0], 1))
    few = statements()
    for _ in range(60):
        accept((books[0], 1), (books[1], 1))
    assert statements() == few <= MOST_STATEMENTS


def look(client, mark, **filters):
    """As the page's script looks."""
    return client.get(reverse("packing:queue"), filters, headers={"If-None-Match": mark})


def test_an_open_page_hears_with_little_work_that_nothing_has_changed(dan, books, accept):
    accept((books[0], 1))
    page = dan.get(reverse("packing:queue"))
    mark, words = page["ETag"], page.content.decode()
    assert "<title>(1) Packing" in words and "store/queue.js" in words
    assert mark == page.context["mark"] and f'data-mark="{escape(mark)}"' in words
    with CaptureQueriesContext(connection) as queries:
        answer = look(dan, mark, claim="free")
    assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", mark)
    assert len(queries) <= 4, "session, person and rights, and the one look"


def test_an_open_page_hears_of_what_arrives_is_claimed_scanned_packed_or_late(dan, books, accept):
    marks = [dan.get(reverse("packing:queue"))["ETag"]]

    def changed():
        answer = look(dan, marks[-1])
        marks.append(answer["ETag"])
        return answer.status_code == 200 and look(dan, marks[-1]).status_code == 304

    now = timezone.now()
    order = accept((books[0], 2), placed_at=now.isoformat())
    assert changed(), "arrived"
    take_next(queue=Order.objects.filter(pk=order.pk), packer="eve@example.org", now=now)
    assert changed(), "claimed"
    choose_copies(order_id=order.id, barcodes=["B1-1"], **WHO)
    assert changed(), "a copy in the box"
    Order.objects.filter(pk=order.pk).update(claimed_until=now - timedelta(seconds=1))
    assert changed(), "left by its packer for too long"
    Order.objects.filter(pk=order.pk).update(placed_at=now - views.promise() - timedelta(seconds=1))
    assert changed(), "late"
    Order.objects.filter(pk=order.pk).update(note="Ring twice")
    assert not changed(), "nothing that the queue shows"
    fall_short(order_id=order.id, line=1, number=1, reason="Water damage", **WHO)
    dispatch(order_id=order.id, barcodes=["B1-1"], actor="dan@example.org", now=now)
    assert changed() and "0 orders wait" in dan.get(reverse("packing:queue")).content.decode()


def test_nobody_hears_whether_the_queue_has_changed_who_may_not_see_it(dan, staff, client, books, accept):
    mark = dan.get(reverse("packing:queue"))["ETag"]
    assert look(staff("keeper"), mark).status_code == 403
    assert look(client, mark).status_code == 302
    dan.get(reverse("packing:queue")).wsgi_request.user.groups.clear()
    assert look(dan, mark).status_code in (302, 403)
