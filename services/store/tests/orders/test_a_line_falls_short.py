"""Dan cannot find a copy: he says so with a reason, and the rest of the order goes on."""

import pytest
from django.urls import reverse
from tests.conftest import NOW

from store.orders.models import Order
from store.orders.operations import NoReason, fail_order
from store.orders.packing import PackedMeanwhile, PackingRefused, choose_copies, dispatch, propose_copies
from store.orders.queries import books_with_wrong_level
from store.orders.shortfall import fall_short
from store.stock.models import BookItem, CountTask, LedgerLine, StockLevel
from store.stock.queries import copies_that_differ_from_ledger

WHO = {"actor": "dan@example.org", "now": NOW}


@pytest.fixture
def order(books, accept):
    return accept((books[0], 2), (books[1], 1))


@pytest.fixture(autouse=True)
def all_adds_up(db):
    yield
    assert books_with_wrong_level() == copies_that_differ_from_ledger() == []


def short(order, line=1, number=1, reason="Lost in the warehouse", **changes):
    return fall_short(order_id=order.id, line=line, number=number, reason=reason, **WHO, **changes)


def level(book):
    found = StockLevel.objects.get(book=book)
    return found.on_shelf, found.reserved


def told(order):
    return [(event.version, event.status, event.line_reasons) for event in order.events.order_by("version")]


def state(barcode):
    return BookItem.objects.get(barcode=barcode).state


def test_the_rest_goes_on_and_the_shop_hears_how_much_and_why(order, books):
    short(order)
    event = order.events.latest("version")
    assert (event.version, event.status, event.line_reasons) == (2, "packing", {"1": "Lost in the warehouse"})
    assert event.lines == [
        {"line": 1, "ordered": 2, "packed": 0, "shipped": 0, "short": 1},
        {"line": 2, "ordered": 1, "packed": 0, "shipped": 0, "short": 0},
    ]
    assert event.as_told()["line_reasons"] == {"1": "Lost in the warehouse"}
    assert level(books[0]) == (3, 1), "what is not delivered is promised no more"


def test_an_order_whose_customer_waits_for_all_does_not_go_on_with_less(books, accept, staff):
    waiting = accept((books[0], 2), if_short="wait")
    with pytest.raises(PackingRefused) as refused:
        short(waiting)
    assert "waits for them" in str(refused.value) and level(books[0]) == (3, 2)
    page = staff("packer").get(reverse("admin:orders_order_change", args=[waiting.id])).content.decode()
    assert "Wait until all is there." in page and "Note as not deliverable" not in page


def test_success_then_means_all_that_is_left(order, books):
    short(order)
    assert [copy.barcode for copy in propose_copies(order)] == ["B1-1", "B2-1"]
    with pytest.raises(PackingRefused, match="2 copies chosen, 1 ordered"):
        dispatch(order_id=order.id, barcodes=["B1-1", "B1-2", "B2-1"], **WHO)
    dispatch(order_id=order.id, barcodes=["B1-1", "B2-1"], **WHO)
    event = order.events.latest("version")
    assert (event.status, event.line_reasons) == ("dispatched", {"1": "Lost in the warehouse"})
    assert [(line["shipped"], line["short"]) for line in event.lines] == [(1, 1), (1, 0)]
    assert (level(books[0]), level(books[1])) == ((2, 0), (0, 0))


def test_a_copy_looked_for_in_vain_is_missing_with_its_ledger(order, books):
    short(order, line=2, missing=["B2-1"])
    assert state("B2-1") == "missing"
    line = LedgerLine.objects.latest("id")
    assert (line.to_state, line.note, line.order_number) == ("missing", "Lost in the warehouse", order.number)
    assert level(books[1]) == (0, 0)


def test_a_copy_in_the_box_can_turn_out_to_be_missing(order, books):
    choose_copies(order_id=order.id, barcodes=["B1-1", "B1-2", "B2-1"], **WHO)
    short(order, missing=["B1-2"])
    assert (state("B1-1"), state("B1-2")) == ("allocated", "missing")
    reasons = [line.reason for line in LedgerLine.objects.filter(copy__barcode="B1-2").order_by("id")]
    assert reasons == ["received", "chosen", "unchosen", "counted"]
    assert level(books[0]) == (1, 0)
    dispatch(order_id=order.id, barcodes=["B1-1", "B2-1"], **WHO)


def test_one_of_two_lost_copies_is_replaced(order, books):
    """The other line of the story: a copy is gone and the next one on the shelf takes its place."""
    choose_copies(order_id=order.id, barcodes=["B1-1", "B1-2"], **WHO)
    short(order, missing=["B1-1", "B1-2"])
    assert level(books[0]) == (1, 1)
    dispatch(order_id=order.id, barcodes=["B1-3", "B2-1"], **WHO)


def test_an_order_with_nothing_left_has_failed(order, books):
    short(order, line=1, number=2)
    ended = short(order, line=2, reason="Water damage")
    assert (ended.state, ended.reason) == ("failed", "Water damage")
    assert told(order)[-1] == (3, "failed", {"1": "Lost in the warehouse", "2": "Water damage"})
    assert [line["short"] for line in order.events.latest("version").lines] == [2, 1]
    assert (level(books[0]), level(books[1])) == ((3, 0), (1, 0))


def test_an_order_that_fails_after_a_shortfall_gives_back_only_what_it_still_had(order, books):
    short(order)
    fail_order(order_id=order.id, reason="Water damage", **WHO)
    assert (level(books[0]), level(books[1])) == ((3, 0), (1, 0))


def test_copies_fall_short_one_after_the_other_but_never_more_than_are_left(order):
    short(order)
    short(order)
    with pytest.raises(PackingRefused, match="0 to deliver"):
        short(order)
    assert [version for version, *_ in told(order)] == [1, 2, 3]


@pytest.mark.parametrize("number", [0, -1, 3])
def test_no_number_of_copies_but_a_possible_one(order, number):
    with pytest.raises(PackingRefused, match="at most 2 can be short"):
        short(order, number=number)


def test_what_lies_in_the_box_is_not_short(order):
    choose_copies(order_id=order.id, barcodes=["B1-1"], **WHO)
    with pytest.raises(PackingRefused, match="1 in the box, so at most 1 can be short. Take copies out"):
        short(order, number=2)


def test_a_missing_copy_must_be_on_the_shelf_or_in_the_lines_box(order, books, accept):
    other = accept((books[0], 1))
    choose_copies(order_id=other.id, barcodes=["B1-3"], **WHO)
    with pytest.raises(PackingRefused) as refusal:
        short(order, missing=["B1-3", "B2-1", "nowhere"])
    assert refusal.value.sentences == [
        "There is no copy with the barcode nowhere.",
        "Copy B2-1 is “Jane Eyre”, not “Pride and Prejudice”.",
        f"Copy B1-3 of “Pride and Prejudice” is in order {other.number} (being packed).",
    ]
    assert level(books[0]) == (2, 2)


def test_a_missing_copy_that_others_wait_for_is_told(order, books, accept):
    accept((books[0], 1))
    with pytest.raises(PackingRefused, match="1 are on the shelf, and open orders and checkouts wait for 2"):
        short(order, missing=["B1-1", "B1-2"])
    assert state("B1-1") == "available"


@pytest.mark.parametrize("reason", ["", " \n"])
def test_a_line_does_not_fall_short_without_a_reason(order, reason):
    """W3"""
    with pytest.raises(NoReason):
        short(order, reason=reason)


def test_an_ended_order_and_an_unknown_line_are_refused(order):
    with pytest.raises(PackingRefused, match="no line 7"):
        short(order, line=7)
    fail_order(order_id=order.id, reason="Water damage", **WHO)
    with pytest.raises(PackingRefused, match="is failed already"):
        short(order)


def test_what_another_packer_did_meanwhile_is_not_undone(order):
    choose_copies(order_id=order.id, barcodes=["B1-1"], **WHO)
    with pytest.raises(PackedMeanwhile):
        short(order, revision=0)


def page(order):
    return reverse("admin:orders_order_change", args=[order.id])


def send(client, order, **changes):
    revision = Order.objects.get(pk=order.pk).revision
    form = {"line": 1, "number": 1, "reason": "Lost", "missing": "", "revision": revision, "_short": "1"}
    return client.post(page(order), form | changes)


def test_dan_notes_it_on_the_orders_page(staff, order):
    dan = staff("packer")
    assert send(dan, order, missing="B1-1\r\n").status_code == 302
    shown = dan.get(page(order)).content.decode()
    assert "1 not deliverable: Lost" in shown
    assert order.events.latest("version").actor == "dan@example.org"
    assert state("B1-1") == "missing"


def test_a_refusal_on_the_page_says_why_and_loses_nothing_typed(staff, order):
    dan = staff("packer")
    refused = send(dan, order, number=5, reason="typed already")
    shown = refused.content.decode()
    assert "at most 2 can be short" in shown
    assert "typed already</textarea>" in shown
    assert "Say why the copies cannot be delivered" in send(dan, order, reason=" ").content.decode()
    assert send(dan, order, line="x", number="", revision=10**30).status_code == 200
    assert Order.objects.get(pk=order.pk).state == "received"


def test_strangers_note_nothing(client, staff, django_user_model, order):
    assert send(client, order).status_code == 302  # to the log-in
    client.force_login(django_user_model.objects.create_user("bob@example.org", "x", is_staff=True))
    assert send(client, order).status_code == 403
    assert Order.objects.get(pk=order.pk).version == 1


def test_the_shelves_of_missing_copies_are_to_be_counted(order):
    choose_copies(order_id=order.id, barcodes=["B1-1"], **WHO)
    short(order, number=2, missing=["B1-1", "B1-2"])
    tasks = CountTask.objects.order_by("shelf")
    assert [(task.shelf, task.book_id, task.done_at) for task in tasks] == [
        ("A-0", order.lines.first().book_id, None), ("A-1", order.lines.first().book_id, None),
    ]  # fmt: skip
    assert tasks[0].why == f"Copy B1-1 was looked for in vain for order {order.reference}: Lost in the warehouse"
