"""Every row of the tables of moves is made by an operation: none stands there for nothing."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from tests.conftest import NOW
from tests.returns.conftest import sent  # noqa: F401

from store.holds.models import HOLD_TABLE, Hold
from store.holds.operations import Line, lapse_due_holds, release_hold, take_hold
from store.orders.codes import read
from store.orders.handing import open_again
from store.orders.models import ORDER_TABLE, Order, OrderEvent, OrderState
from store.orders.operations import cancel_order, fail_order
from store.orders.packing import choose_copies, dispatch
from store.orders.parcels import Parcel
from store.orders.scanning import Scanned, scan
from store.returns.inspecting import inspect
from store.returns.models import Outcome
from store.returns.receiving import make_for
from store.stock.models import COPY_TABLE, BookItem, CopyState, LedgerLine, Origin, Reason
from store.stock.operations import Delivery, expect_copies, move_copies, note_count, receive_copies

pytestmark = pytest.mark.django_db(transaction=True)

DAN = {"actor": "dan@example.org", "now": NOW}


def rows(table) -> set[tuple]:
    return {(move.source, move.target) for move in table}


def send(order, barcode):
    dispatch(order_id=order.id, barcodes=[barcode], **DAN)


def scan_in_turn(order, *codes):
    for code in codes:
        scanned = Scanned(read(code), Order.objects.get(pk=order.pk).revision)
        scan(orders=Order.objects.all(), order_id=order.pk, scanned=scanned, packer="dan@example.org", now=NOW)


def fail(order, barcode):
    fail_order(order_id=order.id, reason="Lost", **DAN)


def cancel(order, barcode):
    cancel_order(number=order.number, client="shop", reason="", actor="shop", now=NOW)


def test_every_move_of_an_order_is_made_and_no_other(books, accept):
    for is_packed in (False, True):
        for end in (cancel, fail, send):
            order = accept((books[0], 1))
            barcode = BookItem.objects.filter(book=books[0], state="available").earliest("id").barcode
            if is_packed:
                choose_copies(order_id=order.id, barcodes=[barcode], **DAN)
            end(order, barcode)
    in_parts = accept((books[0], 1), (books[1], 1))
    scan_in_turn(in_parts, "B2-1", "seal", "done")
    send(in_parts, BookItem.objects.get(book=books[0], state="available").barcode)
    cancel_order(number=uuid4(), client="shop", reason="", actor="shop", now=NOW)
    assert accept((books[2], 1)).state == OrderState.REJECTED
    made, before = set(), {}
    for event in OrderEvent.objects.order_by("order_id", "version"):
        made.add((before.get(event.order_id), event.status))
        before[event.order_id] = event.status
    assert made == rows(ORDER_TABLE)


def test_every_move_of_a_hold_is_made_and_no_other(books, accept):
    made = set()

    def hold():
        number = uuid4()
        held, _ = take_hold(number=number, client="shop", lines=[Line(1, books[0].id, 1)], now=NOW)
        made.add((None, held.state))
        return number

    def ended(number):
        made.add(("held", Hold.objects.get(number=number).state))

    number = hold()
    accept((books[0], 1), number=number)
    ended(number)
    number = hold()
    release_hold(number=number, client="shop", now=NOW)
    ended(number)
    number = hold()
    lapse_due_holds(now=NOW + timedelta(hours=1))
    ended(number)
    assert made == rows(HOLD_TABLE)


def test_every_move_of_a_copy_is_made_and_no_other(books, accept, sent):  # noqa: F811
    sent((books[0], 2))
    for copy, outcome in zip(BookItem.objects.filter(state=CopyState.SHIPPED).order_by("id"), Outcome, strict=True):
        inspect(returned_id=make_for(copy_id=copy.id, **DAN).pk, outcome=outcome, refund=True, **DAN)
    note_count([BookItem.objects.get(state=CopyState.DAMAGED).id], CopyState.AVAILABLE, **DAN)
    first, second, third = BookItem.objects.filter(book=books[0]).order_by("id")
    order = accept((books[0], 1))
    choose_copies(order_id=order.id, barcodes=[first.barcode], **DAN)
    choose_copies(order_id=order.id, barcodes=[second.barcode], **DAN)
    scan_in_turn(order, "seal")
    open_again(parcel_id=Parcel.objects.get(order=order).pk, reason="Too large a box", **DAN)
    send(order, second.barcode)
    for state in (
        CopyState.MISSING, CopyState.AVAILABLE, CopyState.DAMAGED, CopyState.AVAILABLE, CopyState.MISSING,
        CopyState.WRITTEN_OFF,
    ):  # fmt: skip
        note_count([first.id], state, note="Wet", **DAN)
    note_count([third.id], CopyState.DAMAGED, **DAN)
    note_count([third.id], CopyState.WRITTEN_OFF, note="Wet", **DAN)
    note_count([BookItem.objects.get(book=books[1]).id], CopyState.WRITTEN_OFF, note="Wet", **DAN)
    with transaction.atomic():
        expected = BookItem.objects.filter(id__in=[c for c, _ in expect_copies([Delivery(books[2].id, 2)], **DAN)])
        came, not_sent = expected.order_by("id")
        move_copies([came], CopyState.AVAILABLE, reason=Reason.RECEIVED, shelf="C-1", **DAN)
        receive_copies([Delivery(books[2].id, condition="damaged")], origin=Origin.HAND, **DAN)
        move_copies([not_sent], CopyState.WRITTEN_OFF, reason=Reason.NOT_SENT, **DAN)
    made = {(line.from_state or None, line.to_state) for line in LedgerLine.objects.all()}
    assert made == rows(COPY_TABLE)
