"""The shop cancels: PUT /api/orders/<number>/cancel/."""

from uuid import uuid4

import pytest
from tests.conftest import NOW

from store.orders.at_bench import Scanned
from store.orders.codes import Command
from store.orders.handing import open_again
from store.orders.models import Order
from store.orders.operations import fail_order
from store.orders.packing import choose_copies, dispatch
from store.orders.parcels import Parcel
from store.orders.queries import books_with_wrong_level
from store.orders.scanning import scan
from store.stock.models import BookItem, LedgerLine, StockLevel

WHO = {"actor": "dan@example.org", "now": NOW}


def cancel(shop, number, reason="changed my mind"):
    return shop.put(f"/api/orders/{number}/cancel/", {"reason": reason}, format="json")


def test_a_received_order_is_cancelled_and_its_promise_void(shop, books, accept):
    order = accept((books[0], 2))
    answer = cancel(shop, order.number)
    assert answer.status_code == 200
    assert [event["status"] for event in answer.json()["events"]] == ["received", "cancelled"]
    assert answer.json()["events"][1]["reason"] == "changed my mind"
    assert StockLevel.objects.get(book=books[0]).free == 3


def test_cancelling_again_is_harmless(shop, books, accept):
    order = accept((books[0], 2))
    first = cancel(shop, order.number)
    assert cancel(shop, order.number, "another reason").json() == first.json()


def test_copies_in_the_box_go_back_to_the_shelf_with_a_ledger_line(shop, books, accept):
    """L22"""
    order = accept((books[0], 2))
    choose_copies(order_id=order.id, barcodes=["B1-2"], **WHO)
    cancel(shop, order.number)
    copy = BookItem.objects.get(barcode="B1-2")
    assert copy.state == "available"
    line = LedgerLine.objects.filter(copy=copy).latest("id")
    assert (line.reason, line.order_number, line.actor) == ("given_back", order.number, "shop")
    assert books_with_wrong_level() == []


def test_the_cancel_of_an_unknown_number_leaves_a_tombstone(shop, db):
    number = uuid4()
    answer = cancel(shop, number)
    assert answer.status_code == 201
    assert (answer.json()["status"], answer.json()["version"]) == ("cancelled", 1)
    assert cancel(shop, number).status_code == 200
    assert Order.objects.get().is_tombstone


@pytest.mark.parametrize("ending", ["dispatched", "failed", "rejected"])
def test_it_is_too_late_once_the_order_has_ended(shop, books, accept, ending):
    order = accept((books[0], 5 if ending == "rejected" else 1))
    if ending == "dispatched":
        dispatch(order_id=order.id, barcodes=["B1-1"], **WHO)
    if ending == "failed":
        fail_order(order_id=order.id, reason="Water damage", **WHO)
    answer = cancel(shop, order.number)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/too-late")
    assert Order.objects.get().state == ending


def test_what_was_too_late_is_not_once_the_parcel_is_opened_again(shop, books, accept):
    order = accept((books[0], 2))
    choose_copies(order_id=order.id, barcodes=["B1-1"], **WHO)
    seal = Scanned(Command.SEAL, Order.objects.get().revision)
    scan(orders=Order.objects.all(), order_id=order.id, scanned=seal, packer="dan@example.org", now=NOW)
    for _ in range(2):
        answer = cancel(shop, order.number)
        assert (answer.status_code, answer.json()["detail"]) == (409, "The order is sealed in a parcel already.")
    open_again(parcel_id=Parcel.objects.get().pk, reason="Its customer called", **WHO)
    first = cancel(shop, order.number)
    assert first.status_code == 200
    assert cancel(shop, order.number).json() == first.json()
    assert [event["status"] for event in first.json()["events"]] == ["received", "packing", "cancelled"]
    assert LedgerLine.objects.filter(reason="given_back").count() == 1
    assert StockLevel.objects.get(book=books[0]).free == 3 and books_with_wrong_level() == []
