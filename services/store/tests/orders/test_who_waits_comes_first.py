"""Copies that come onto the shelf go to the oldest order that waits for them, whichever way they come; nobody is before it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from tests.conftest import NOW
from tests.returns.conftest import sent  # noqa: F401

from store.catalogue import feed
from store.catalogue.models import Book, BookChange
from store.counting import operations as counting
from store.holds.operations import Line, OutOfStock, lapse_due_holds, release_hold, take_hold
from store.orders.codes import read
from store.orders.models import Order
from store.orders.operations import cancel_order, fail_order
from store.orders.packing import choose_copies, propose_copies
from store.orders.queries import books_with_wrong_level
from store.receiving import operations as receiving
from store.returns.inspecting import inspect
from store.returns.models import Outcome
from store.returns.receiving import make_for
from store.shelves.moving import put_on_shelf
from store.stock.checking import differences
from store.stock.models import BookItem, CopyState, Origin, StockLevel
from store.stock.operations import Delivery, PromisedToOrders, note_count, receive_copies

DAN = {"actor": "dan@example.org", "now": NOW}
LATER = (NOW + timedelta(hours=1)).isoformat()
OTHERS = "“Jane Eyre”: the order waits for copies; those on the shelf are promised to others."


@pytest.fixture
def dan(staff):
    return staff("packer")


@pytest.fixture(autouse=True)
def all_adds_up(db):
    yield
    assert books_with_wrong_level() == list(differences(lambda number: None)) == []


def bench(order):
    return reverse("packing:bench", args=[order.pk])


def press(client, order, code, offered=""):
    revision = Order.objects.get(pk=order.pk).revision
    return client.post(bench(order), {"code": code, "offered": offered, "revision": revision})


def comes(book, barcode, at=NOW):
    with transaction.atomic():
        receive_copies([Delivery(book.id, barcode=barcode)], origin=Origin.HAND, actor="olga@example.org", now=at)


def hold_of(book, number=1, *, of=None):
    return take_hold(number=of or uuid4(), client="shop", lines=[Line(1, book.id, number)], now=timezone.now())[0]


@pytest.fixture
def loses(dan, books):
    """A copy of the second book is looked for in vain for the order, no other is free, and it waits for one."""

    def lose(order):
        on_shelf = BookItem.objects.filter(book=books[1], state=CopyState.AVAILABLE, condition="new")
        press(dan, order, "can't find", on_shelf.earliest("received_at", "id").barcode)
        assert order.lines.get(book=books[1]).awaited == 1
        return order

    return lose


@pytest.fixture
def waiting(books, accept, loses):
    """Answer an order that waits for a copy of the second book."""
    return lambda: loses(accept((books[1], 1), if_short="wait"))


def released(books, accept, send):
    hold = hold_of(books[1])
    return lambda: release_hold(number=hold.number, client="shop", now=NOW)


def lapsed(books, accept, send):
    hold_of(books[1])
    return lambda: lapse_due_holds(now=timezone.now() + timedelta(hours=1))


def cancelled(books, accept, send):
    other = accept((books[1], 1))
    choose_copies(order_id=other.pk, barcodes=["B2-0"], **DAN)
    return lambda: cancel_order(number=other.number, client="shop", reason="", **DAN)


def failed(books, accept, send):
    other = accept((books[1], 1))
    return lambda: fail_order(order_id=other.pk, reason="Wrong address", **DAN)


def restocked(books, accept, send):
    send((books[1], 1))
    returned = make_for(copy_id=BookItem.objects.get(state="shipped").pk, **DAN)
    return lambda: inspect(returned_id=returned.pk, outcome=Outcome.RESTOCKED, refund=True, **DAN)


def mended(books, accept, send):
    copy = BookItem.objects.get(barcode="B2-0").pk
    note_count([copy], CopyState.DAMAGED, **DAN)
    return lambda: note_count([copy], CopyState.AVAILABLE, **DAN)


def described_as_new(books, accept, send):
    from store.stock.operations import describe_copy, lock_copies, lock_levels

    def describe(condition):
        with transaction.atomic():
            lock_levels([books[1].pk])
            (copy,) = lock_copies([BookItem.objects.get(barcode="B2-0").pk])
            describe_copy(copy, condition=condition, condition_note="", own_price=None, **DAN)

    describe("used")
    return lambda: describe("new")


@pytest.mark.parametrize(
    "way", [released, lapsed, cancelled, failed, restocked, mended, described_as_new], ids=lambda way: way.__name__
)
def test_a_copy_that_is_free_again_is_the_waiting_orders(dan, books, accept, sent, waiting, way):  # noqa: F811
    comes(books[1], "B2-0")
    come = way(books, accept, sent)
    order = waiting()
    come()
    _it_is_theirs(dan, order, books[1], accept)


def received(book):
    comes(book, "B2-9")


def found(book):
    note_count([BookItem.objects.get(barcode="B2-1").pk], CopyState.AVAILABLE, **DAN)


def found_by_scan(book):
    put_on_shelf(code=read("B2-1"), shelf="Z-9", **DAN)


def counted(book):
    count = counting.start(shelf="A-3", blind=False, **DAN)
    counting.scan(count_id=count.pk, code=read("B2-1"))
    counting.post(count_id=count.pk, **DAN)


def delivered(book):
    delivery = receiving.announce(supplier="Dawn", reference="D-1", books={book.id: 1}, **DAN)
    told = {"shelf": "", "revision": delivery.revision, "anyway": False}
    receiving.scan_in(delivery_id=delivery.pk, code=read(book.isbn13), **told, **DAN)


@pytest.mark.parametrize("way", [received, found, found_by_scan, counted, delivered], ids=lambda way: way.__name__)
def test_a_copy_that_comes_in_is_the_waiting_orders(dan, books, accept, waiting, way):
    order = waiting()
    way(books[1])
    _it_is_theirs(dan, order, books[1], accept)


def _it_is_theirs(dan, order, book, accept):
    barcode = BookItem.objects.get(book=book, state=CopyState.AVAILABLE).barcode
    level = StockLevel.objects.get(book=book)
    assert (level.on_shelf, level.unpromised, level.free) == (1, 1, 0)
    assert accept((book, 1)).state == "rejected"
    with pytest.raises(OutOfStock):
        hold_of(book)
    assert "has come and can be packed: 1 × Jane Eyre" in dan.get(reverse("packing:queue")).content.decode()
    assert dan.get(bench(order)).context["offered"].next[0]["barcode"] == barcode
    assert press(dan, order, barcode).context["told"].tone == "good"
    assert press(dan, order, "done").status_code == 302


def test_the_oldest_that_waits_comes_first_and_the_others_are_told(dan, books, accept, loses):
    comes(books[1], "B2-2")
    young, old = accept((books[1], 1), if_short="wait", placed_at=LATER), accept((books[1], 1), if_short="wait")
    loses(young), loses(old)
    assert [dan.get(bench(each)).context["offered"] for each in (old, young)] == [None, None]
    comes(books[1], "B2-3")
    page = dan.get(bench(young))
    words = page.content.decode()
    assert page.context["offered"] is None and "waits for copies</span>" in words and "Can't find" not in words
    assert page.context["progress"] == "0 of 1 in the box. The order waits for 1 that has not come."
    assert press(dan, young, "B2-3").context["told"].words == OTHERS
    with pytest.raises(Exception, match="those on the shelf are promised to others"):
        choose_copies(order_id=young.pk, barcodes=["B2-3"], **DAN)
    assert propose_copies(young) == [] and [copy.barcode for copy in propose_copies(old)] == ["B2-3"]
    assert dan.get(bench(old)).context["offered"].next[0]["barcode"] == "B2-3"
    choose_copies(order_id=old.pk, barcodes=["B2-3"], **DAN)
    told = old.events.latest("version")
    assert told.lines[0].get("awaited", 0) == 0 and told.version == 3
    comes(books[1], "B2-4")
    assert press(dan, young, "B2-4").context["told"].tone == "good"


def test_an_older_order_that_loses_its_copy_takes_what_a_younger_one_waits_for(dan, books, accept, waiting):
    comes(books[1], "B2-2", at=NOW + timedelta(days=1))
    old = accept((books[1], 1), placed_at=(NOW - timedelta(days=1)).isoformat())
    young = waiting()
    comes(books[1], "B2-3")
    words = press(dan, old, "can't find", "B2-2").context["told"].words
    assert words == "Copy B2-2 of “Jane Eyre” is noted as missing. Take B2-3 instead."
    assert old.lines.get().short == 0 and dan.get(bench(young)).context["offered"] is None


def test_a_younger_order_that_loses_its_copy_does_not_take_what_an_older_one_waits_for(dan, books, accept, waiting):
    comes(books[1], "B2-2", at=NOW + timedelta(days=1))
    young = accept((books[1], 1), placed_at=LATER, if_short="wait")
    old = waiting()
    comes(books[1], "B2-3")
    assert press(dan, young, "can't find", "B2-2").context["told"].words.endswith("Leave it and take the next.")
    assert young.lines.get().awaited == 1
    assert dan.get(bench(old)).context["offered"].next[0]["barcode"] == "B2-3"


def test_what_is_kept_can_still_be_noted_as_missing_but_what_is_promised_cannot(dan, books, waiting):
    order = waiting()
    comes(books[1], "B2-2")
    note_count([BookItem.objects.get(barcode="B2-2").pk], CopyState.MISSING, **DAN)
    comes(books[1], "B2-3")
    choose_copies(order_id=order.pk, barcodes=[], **DAN)
    assert order.lines.get().awaited == 0
    with pytest.raises(PromisedToOrders):
        note_count([BookItem.objects.get(barcode="B2-3").pk], CopyState.MISSING, **DAN)


def test_who_is_held_copies_keeps_them_although_others_wait(books, accept, waiting):
    comes(books[1], "B2-0")
    number = uuid4()
    hold_of(books[1], of=number)
    waiting()
    assert accept((books[1], 2), number=uuid4()).state == "rejected"
    assert accept((books[1], 1), number=number).state == "received"


def test_an_order_that_waits_no_more_leaves_the_copies_to_others(books, accept, waiting):
    order = waiting()
    comes(books[1], "B2-2")
    cancel_order(number=order.number, client="shop", reason="", **DAN)
    assert order.events.latest("version").lines[0].get("awaited", 0) == order.lines.get().awaited == 0
    assert accept((books[1], 1)).state == "received"


def test_the_shop_is_told_how_many_are_free_only_beyond_what_is_awaited(books, waiting):
    def free():
        (told,) = feed.books(book_id=books[1].pk)
        assert Book.objects.with_stock().get(pk=books[1].pk).free == told["free"]
        return told["free"]

    waiting()
    version = BookChange.objects.get(book_id=books[1].pk).version
    comes(books[1], "B2-2")
    assert (free(), BookChange.objects.get(book_id=books[1].pk).version) == (0, version)  # nothing new to be told
    comes(books[1], "B2-3")
    assert (free(), BookChange.objects.get(book_id=books[1].pk).version > version) == (1, True)


def test_a_books_page_lists_who_waits_and_what_is_kept(dan, books, waiting):
    order = waiting()
    words = " ".join(dan.get(reverse("shelves:book", args=[books[1].pk])).content.decode().split())
    assert f"Order {order.reference}</a> waits for 1 (1 of them not promised: what was is gone)" in words
    assert "Nobody waits" not in words and "Kept for orders that wait" not in words
    page = dan.get(reverse("admin:orders_order_change", args=[order.pk])).content.decode()
    assert "1 awaited: A copy was looked for in vain, and no other is free." in page
    comes(books[1], "B2-2")
    words = " ".join(dan.get(reverse("shelves:book", args=[books[1].pk])).content.decode().split())
    assert "<dt>− Kept for orders that wait</dt><dd>1</dd>" in words and "to be sold</dt><dd>0</dd>" in words


def test_the_queue_is_read_again_when_what_is_waited_for_comes(dan, books, waiting):
    waiting()
    mark = dan.get(reverse("packing:queue"))["ETag"]
    assert dan.get(reverse("packing:queue"), headers={"If-None-Match": mark}).status_code == 304
    comes(books[1], "B2-2")
    assert dan.get(reverse("packing:queue"), headers={"If-None-Match": mark}).status_code == 200


def test_who_takes_the_next_goes_on_and_begins_anew_after_the_last(dan, books, accept):
    orders = [accept((books[0], 1), placed_at=(NOW + timedelta(minutes=n)).isoformat()) for n in (2, 0, 1)]
    a, b, c = (bench(orders[n]) for n in (1, 2, 0))
    seen = [dan.post(reverse("packing:next"))["Location"]]
    for _ in range(4):
        seen.append(dan.post(seen[-1], {"code": "next"})["Location"])
    assert seen == [a, b, c, a, b]


def test_orders_of_which_nothing_can_be_packed_are_not_taken_next(dan, books, accept, loses):
    comes(books[1], "B2-2")
    waits = accept((books[1], 1), if_short="wait")
    half = accept((books[1], 1), (books[0], 1), if_short="wait")
    loses(waits), loses(half)
    Order.objects.update(packer="", claimed_until=None)
    assert dan.post(reverse("packing:next"))["Location"] == bench(half)
    press(dan, half, "B1-1")
    left = dan.post(bench(half), {"code": "next"})["Location"]
    assert left == reverse("packing:queue")
    comes(books[1], "B2-3")
    assert dan.post(reverse("packing:next"))["Location"] == bench(waits)


@pytest.mark.django_db(transaction=True)
def test_copies_that_come_while_others_order_go_to_who_waits(dan, books, accept, waiting, together):
    comes(books[1], "B2-0")
    hold = hold_of(books[1])
    order = waiting()
    answers = together(
        lambda: release_hold(number=hold.number, client="shop", now=NOW),
        lambda: comes(books[1], "B2-2"),
        lambda: press(dan, order, "B2-2"),
        *(lambda: accept((books[1], 1)) for _ in range(4)),
    )
    assert [each for each in answers if isinstance(each, Exception)] == []
    states = [each.state for each in answers[3:]]
    assert sorted(states) in (["received", *["rejected"] * 3], ["rejected"] * 4)  # two came, and one is awaited
    if not order.lines.get().allocations.exists():
        left = BookItem.objects.filter(book=books[1], state=CopyState.AVAILABLE).first()
        assert press(dan, order, left.barcode).context["told"].tone == "good"
