"""Dan packs: copies go into the box, and a success is only what was ordered."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from tests.conftest import NOW

from store.orders import parcelling
from store.orders.models import ORDER_MOVES, Allocation, IllegalMove, Order, OrderEvent, OrderState
from store.orders.operations import NoReason, TooLate, fail_order
from store.orders.packing import PackedMeanwhile, PackingRefused, choose_copies, dispatch, propose_copies
from store.orders.queries import books_with_wrong_level
from store.stock.models import BookItem, CopyState, LedgerLine, Origin, StockLevel
from store.stock.operations import Delivery, note_count, receive_copies
from store.stock.queries import copies_that_differ_from_ledger

WHO = {"actor": "dan@example.org", "now": NOW}


def states(*barcodes):
    found = dict(BookItem.objects.filter(barcode__in=barcodes).values_list("barcode", "state"))
    return [found[barcode] for barcode in barcodes]


def level(book):
    found = StockLevel.objects.get(book=book)
    return found.on_shelf, found.reserved


def all_adds_up():
    return books_with_wrong_level() == copies_that_differ_from_ledger() == []


def test_chosen_copies_leave_the_shelf_at_once(books, accept):
    """W2: also when success is set later."""
    order = accept((books[0], 2))
    choose_copies(order_id=order.id, barcodes=["B1-3"], **WHO)
    assert states("B1-3") == ["allocated"]
    assert level(books[0]) == (2, 1)
    assert StockLevel.objects.get(book=books[0]).free == 1
    assert Order.objects.get().state == "packing"
    assert all_adds_up()


def test_success_ships_every_copy_with_its_ledger(books, accept):
    """L22: what was shipped stays on record."""
    order = accept((books[0], 2), (books[1], 1))
    dispatch(order_id=order.id, barcodes=["B2-1", "B1-1", "B1-2"], **WHO)
    assert states("B1-1", "B1-2", "B2-1") == ["shipped"] * 3
    lines = LedgerLine.objects.filter(copy__barcode="B2-1").order_by("id")
    assert [line.reason for line in lines] == ["received", "chosen", "packed", "shipped"]
    assert {line.order_number for line in lines[1:]} == {order.number}
    assert level(books[0]) == (1, 0)
    assert level(books[1]) == (0, 0)
    assert all_adds_up()


def test_a_copy_taken_out_of_the_box_goes_back_to_the_shelf(books, accept):
    order = accept((books[0], 2))
    choose_copies(order_id=order.id, barcodes=["B1-1", "B1-2"], **WHO)
    choose_copies(order_id=order.id, barcodes=["B1-2", "B1-3"], **WHO)
    assert states("B1-1", "B1-2", "B1-3") == ["available", "allocated", "allocated"]
    assert [event.status for event in order.events.order_by("version")] == ["received", "packing"]
    choose_copies(order_id=order.id, barcodes=[], **WHO)
    assert level(books[0]) == (3, 2)
    assert all_adds_up()


def test_the_proposal_is_what_is_in_the_box_and_the_oldest_free_copies(books, accept):
    order = accept((books[0], 2), (books[1], 1))
    choose_copies(order_id=order.id, barcodes=["B1-3"], **WHO)
    assert [copy.barcode for copy in propose_copies(order)] == ["B1-3", "B1-1", "B2-1"]
    assert states("B1-1") == ["available"]


@pytest.mark.parametrize(
    ("barcodes", "sentences"),
    [
        ([], ["“Pride and Prejudice”: 0 of 2 ordered copies chosen."]),
        (["B1-1"], ["“Pride and Prejudice”: 1 of 2 ordered copies chosen."]),
        (["B1-1", "B1-2", "B2-1"], ["Copy B2-1 is “Jane Eyre”, which this order does not contain."]),
        (["B1-1", "B1-2", "B1-3"], ["“Pride and Prejudice”: 3 copies chosen, 2 ordered. Take out B1-3."]),
        (["B1-1", "B1-1"], ["Copy B1-1 is named twice; a copy goes into the box once."]),
        (["B1-1", "nowhere"], ["There is no copy with the barcode nowhere."]),
    ],
)
def test_success_with_missing_foreign_surplus_or_doubled_copies_is_refused(books, accept, barcodes, sentences):
    """L19"""
    order = accept((books[0], 2))
    with pytest.raises(PackingRefused) as refusal:
        dispatch(order_id=order.id, barcodes=barcodes, **WHO)
    assert refusal.value.sentences == sentences
    order.refresh_from_db()
    assert (order.state, Allocation.objects.count(), level(books[0])) == ("received", 0, (3, 2))


def test_a_copy_of_another_order_or_off_the_shelf_is_refused_by_name(books, accept):
    """L19"""
    first, second = accept((books[0], 1)), accept((books[0], 1))
    choose_copies(order_id=first.id, barcodes=["B1-1"], **WHO)
    note_count([BookItem.objects.get(barcode="B1-2").id], CopyState.MISSING, **WHO)
    with pytest.raises(PackingRefused) as refusal:
        choose_copies(order_id=second.id, barcodes=["B1-1", "B1-2"], **WHO)
    assert f"Copy B1-1 of “Pride and Prejudice” is in order {first.number} (being packed)." in refusal.value.sentences
    assert "Copy B1-2 of “Pride and Prejudice” is missing." in refusal.value.sentences


def test_an_ended_order_is_packed_no_more(books, accept):
    order = accept((books[0], 1))
    dispatch(order_id=order.id, barcodes=["B1-1"], **WHO)
    with pytest.raises(PackingRefused, match="is dispatched already"):
        dispatch(order_id=order.id, barcodes=["B1-2"], **WHO)
    with pytest.raises(TooLate):
        fail_order(order_id=order.id, reason="too late", **WHO)
    assert states("B1-1", "B1-2") == ["shipped", "available"]


def test_a_packer_does_not_undo_what_another_did_meanwhile(books, accept):
    order = accept((books[0], 2))
    choose_copies(order_id=order.id, barcodes=["B1-1"], revision=0, **WHO)
    with pytest.raises(PackedMeanwhile):
        choose_copies(order_id=order.id, barcodes=["B1-2"], revision=0, **WHO)
    assert states("B1-1", "B1-2") == ["allocated", "available"]
    choose_copies(order_id=order.id, barcodes=["B1-2"], revision=1, **WHO)


def test_a_failed_order_gives_its_copies_back(books, accept):
    """L22"""
    order = accept((books[0], 2))
    choose_copies(order_id=order.id, barcodes=["B1-1"], **WHO)
    fail_order(order_id=order.id, reason="Water damage", **WHO)
    assert states("B1-1") == ["available"]
    assert level(books[0]) == (3, 0)
    assert LedgerLine.objects.latest("id").reason == "given_back"
    assert OrderEvent.objects.latest("id").reason == "Water damage"
    assert all_adds_up()


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_an_order_does_not_fail_without_a_reason(books, accept, reason):
    """W3"""
    order = accept((books[0], 1))
    with pytest.raises(NoReason):
        fail_order(order_id=order.id, reason=reason, **WHO)
    assert Order.objects.get().state == "received"


def test_two_lines_of_one_book_are_filled_one_after_the_other(books, accept):
    order = accept((books[0], 1), (books[0], 2))
    choose_copies(order_id=order.id, barcodes=["B1-1", "B1-2"], **WHO)
    lines = OrderEvent.objects.latest("id").lines
    assert [(line["line"], line["packed"]) for line in lines] == [(1, 1), (2, 1)]
    dispatch(order_id=order.id, barcodes=["B1-3", "B1-2", "B1-1"], **WHO)
    assert all_adds_up()


def test_an_order_makes_only_the_moves_of_the_table(books, accept):
    order = accept((books[0], 1))
    for state in OrderState:
        for to in OrderState:
            order.state = state
            if to in ORDER_MOVES[state]:
                order.move_to(to)
            else:
                with pytest.raises(IllegalMove):
                    order.move_to(to)


def test_the_database_refuses_a_copy_in_two_orders_or_of_another_book(books, accept):
    """L19: whatever a program does."""
    first, second = accept((books[0], 1)), accept((books[0], 1))
    copy, foreign = BookItem.objects.get(barcode="B1-1"), BookItem.objects.get(barcode="B2-1")
    Allocation.objects.create(line=first.lines.get(), copy=copy, book=books[0], parcel=parcelling.begin(first))
    parcel = parcelling.begin(second)
    for wrong in (
        {"copy": copy, "book": books[0]},
        {"copy": foreign, "book": books[0]},
        {"copy": foreign, "book": books[1]},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Allocation.objects.create(line=second.lines.get(), parcel=parcel, **wrong)


def test_the_database_refuses_to_promise_more_than_stands_on_the_shelf(books):
    """L25"""
    for change in ({"reserved": 4}, {"on_shelf": -1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            StockLevel.objects.filter(book=books[0]).update(**change)


def test_ledger_and_events_are_never_rewritten(books, accept):
    accept((books[0], 1))
    for rewrite in (
        lambda: LedgerLine.objects.update(note="never mind"),
        lambda: LedgerLine.objects.all()._raw_delete("default"),
        lambda: OrderEvent.objects.update(reason="never mind"),
        lambda: OrderEvent.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rewrite()


def test_a_thousand_copies_cost_as_many_statements_as_one(books, accept):
    """L21"""

    def statements(number):
        order = accept(*[(books[2], min(99, number - start)) for start in range(0, number, 99)])
        with CaptureQueriesContext(connection) as queries:
            barcodes = [copy.barcode for copy in propose_copies(order)]
            dispatch(order_id=order.id, barcodes=barcodes, **WHO)
        assert len(barcodes) == number
        return len(queries)

    with transaction.atomic():
        receive_copies([Delivery(books[2].id, 1_100)], origin=Origin.HAND, **WHO)
    assert statements(1_000) == statements(1)


@pytest.mark.django_db(transaction=True)
def test_two_packers_on_one_order_ship_it_once(books, accept, together):
    order = accept((books[0], 1))
    results = together(
        *(lambda b=b: dispatch(order_id=order.id, barcodes=[b], **WHO) for b in ("B1-1", "B1-2", "B1-3", "B1-1"))
    )
    assert sum(isinstance(result, Order) for result in results) == 1
    assert sum(isinstance(result, PackingRefused) for result in results) == 3
    assert BookItem.objects.filter(state="shipped").count() == 1
    assert [event.version for event in order.events.order_by("version")] == [1, 2]
    assert all_adds_up()


@pytest.mark.django_db(transaction=True)
def test_one_copy_goes_into_one_of_two_orders(books, accept, together):
    orders = [accept((books[0], 1)) for _ in range(3)]
    results = together(*(lambda o=o: dispatch(order_id=o.id, barcodes=["B1-2"], **WHO) for o in orders))
    assert sum(isinstance(result, Order) for result in results) == 1
    assert all("B1-2" in str(result) for result in results if isinstance(result, PackingRefused))
    assert all_adds_up()


@pytest.mark.django_db(transaction=True)
def test_packing_and_cancelling_at_once_end_one_way(books, accept, together):
    from store.orders.operations import cancel_order

    for _ in range(5):
        order = accept((books[0], 1))
        copy = propose_copies(order)[0].barcode
        together(
            lambda: dispatch(order_id=order.id, barcodes=[copy], **WHO),
            lambda: cancel_order(number=order.number, client="shop", reason="", actor="shop", now=NOW),
        )
        order.refresh_from_db()
        assert (order.state, states(copy)[0]) in {("dispatched", "shipped"), ("cancelled", "available")}
        with transaction.atomic():
            receive_copies([Delivery(books[0].id)], origin=Origin.HAND, **WHO)
    assert all_adds_up()


@pytest.mark.django_db(transaction=True)
def test_packing_many_orders_of_the_same_books_does_not_deadlock(books, accept, together):
    with transaction.atomic():
        receive_copies([Delivery(book.id, 20) for book in books], origin=Origin.HAND, **WHO)
    orders = [accept(*[(book, 1) for book in (books if n % 2 else reversed(books))]) for n in range(8)]
    pools = {book.id: list(BookItem.objects.filter(book=book, state="available")) for book in books}
    calls = []
    for n, order in enumerate(orders):
        barcodes = [pools[book.id][n].barcode for book in books]
        calls.append(lambda o=order, b=barcodes: dispatch(order_id=o.id, barcodes=b, **WHO))
    assert all(isinstance(result, Order) for result in together(*calls))
    assert all_adds_up()


def test_an_unknown_order_is_not_packed(db):
    with pytest.raises(Order.DoesNotExist):
        choose_copies(order_id=uuid4().int % 10**9, barcodes=[], **WHO)
