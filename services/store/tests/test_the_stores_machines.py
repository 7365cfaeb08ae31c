"""Orders, holds, copies and levels, driven through random moves, repetitions and wrong turns: all always adds up."""

from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from tests.conftest import NOW, isbn_number

from store.catalogue.models import Book
from store.demo.operations import clear_store
from store.holds.models import Hold, HoldState
from store.holds.operations import HoldDiffers, HoldUsed, OutOfStock, lapse_due_holds, release_hold, take_hold
from store.holds.operations import Line as HeldLine
from store.orders.accepting import Line, NewOrder, OrderCancelled, OrderDiffers, accept_order
from store.orders.codes import read
from store.orders.handing import open_again
from store.orders.models import ORDER_MOVES, Allocation, IfShort, Order, OrderEvent, OrderLine, OrderState
from store.orders.operations import TooLate, cancel_order, fail_order
from store.orders.packing import PackingRefused, choose_copies, dispatch, propose_copies
from store.orders.parcels import Parcel, ParcelState
from store.orders.queries import books_with_wrong_level
from store.orders.scanning import Scanned, scan
from store.orders.shortfall import fall_short
from store.stock.checking import differences
from store.stock.models import BookItem, CopyState, LedgerLine, Origin, StockLevel
from store.stock.operations import Delivery, IllegalMove, PromisedToOrders, note_count, receive_copies
from store.stock.queries import copies_that_differ_from_ledger

NUMBERS = [UUID(int=n) for n in range(1, 4)]
# A line falls short while the order is being packed, or another parcel leaves and more is to come.
EVENTS_OF_SAME_STATE = (OrderState.PACKING, OrderState.PART_SENT)

CODES = [
    *("B1-1", "B1-2", "B2-1", isbn_number(0), "undo", "can't find", "damaged"),
    *("new parcel", "seal", "seal", "done", "done"),
]

numbers = st.sampled_from(NUMBERS)
# How many of the first, second and third book. There are three copies, one and none, so most of it can be had.
in_stock = st.tuples(st.integers(0, 2), st.integers(0, 1), st.just(0)).filter(any)
wanted = st.one_of(in_stock, in_stock, st.tuples(st.integers(0, 4), st.integers(0, 2), st.integers(0, 1)).filter(any))


class Store(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.now = NOW
        clear_store()
        self.books = [Book.objects.create(isbn13=isbn_number(n), title=f"Book {n}", price="5.00") for n in range(3)]
        stock = [Delivery(self.books[0].id, barcode=f"B1-{n}") for n in (1, 2, 3)]
        with transaction.atomic():
            receive_copies([*stock, Delivery(self.books[1].id, barcode="B2-1")], origin=Origin.HAND, **self.who)
        self.pushed: dict[UUID, tuple] = {}

    @property
    def who(self):
        return {"actor": "dan@example.org", "now": self.now}

    def order(self, number) -> Order | None:
        return Order.objects.filter(number=number).exclude(fingerprint="").first()

    def free(self) -> Counter:
        return Counter({level.book_id: level.free for level in StockLevel.objects.all()})

    @initialize(held=in_stock, ordered=in_stock)
    def a_day_like_others_begins(self, held, ordered):
        self._push(NUMBERS[0], ordered)
        self.hold(NUMBERS[1], held)

    @rule(number=numbers, quantities=wanted)
    def hold(self, number, quantities):
        wants = Counter({book.id: quantity for book, quantity in zip(self.books, quantities) if quantity})
        lines = [HeldLine(n, *want) for n, want in enumerate(wants.items(), start=1)]
        known = Order.objects.filter(number=number).exists()
        try:
            held, _ = take_hold(number=number, client="shop", lines=lines, now=self.now)
        except OutOfStock as refusal:
            assert {s.book: s.free for s in refusal.short} == {
                book: free for book, free in self.free().items() if wants[book] > free
            } | {book: 0 for book in wants if book not in self.free()}
        except HoldUsed:
            assert known
        except HoldDiffers:
            assert Hold.objects.filter(number=number, state=HoldState.HELD).exists()
        else:
            assert not known
            assert held.held_until > self.now

    @rule(number=numbers)
    def release(self, number):
        order = self.order(number)
        try:
            release_hold(number=number, client="shop", now=self.now)
        except HoldUsed:
            assert order

    @rule(minutes=st.sampled_from([1, 17]), somebody_reads=st.booleans())
    def time_goes_by(self, minutes, somebody_reads):
        self.now += timedelta(minutes=minutes)
        if somebody_reads:
            lapse_due_holds(now=self.now)
            assert not Hold.objects.filter(state=HoldState.HELD, held_until__lte=self.now).exists()

    @rule(number=numbers, quantities=wanted, the_same=st.booleans())
    def push(self, number, quantities, the_same):
        self._push(number, self.pushed.get(number, quantities) if the_same else quantities)

    def _push(self, number, quantities):
        wants = [(book, quantity) for book, quantity in zip(self.books, quantities) if quantity]
        lines = [
            Line(n, book.id, book.isbn13, book.title, quantity, book.price)
            for n, (book, quantity) in enumerate(wants, start=1)
        ]
        before = self.order(number)
        facts = {"placed_at": NOW, "payment": "on_delivery", "ship_to": {}, "currency": "EUR", "note": ""}
        facts["if_short"] = IfShort.WAIT if number == NUMBERS[2] else IfShort.SHIP
        try:
            pushed = NewOrder(number, str(quantities), lines, facts)
            order, new = accept_order(pushed, client="shop", actor="shop", now=self.now)
        except OrderDiffers:
            assert before and self.pushed[number] != quantities
        except OrderCancelled:
            assert before is None
        else:
            assert new == (before is None)
            assert new or (order.state, order.version) == (before.state, before.version)
            self.pushed.setdefault(number, quantities)

    @rule(number=numbers, by_the_shop=st.booleans())
    def end(self, number, by_the_shop):
        before = Order.objects.filter(number=number).first()
        if not by_the_shop and (before is None or before.is_tombstone):
            return
        try:
            if by_the_shop:
                cancel_order(number=number, client="shop", reason="", actor="shop", now=self.now)
            else:
                fail_order(order_id=before.id, reason="Water damage", **self.who)
        except TooLate:
            sealed = Parcel.objects.filter(order__number=number, state=ParcelState.SEALED).exists()
            assert not before.is_open or sealed or (by_the_shop and before.state == OrderState.PART_SENT)
        else:
            ended, in_part = Order.objects.get(number=number).state, before and before.state == OrderState.PART_SENT
            by_staff = OrderState.DISPATCHED if in_part else OrderState.FAILED
            assert ended == (OrderState.CANCELLED if by_the_shop else by_staff)

    @rule(number=numbers, barcodes=st.sets(st.sampled_from(["B1-1", "B1-2", "B1-3", "B2-1"]), max_size=3))
    def choose(self, number, barcodes):
        if order := self.order(number):
            try:
                choose_copies(order_id=order.id, barcodes=sorted(barcodes), **self.who)
            except PackingRefused:
                return
            in_box = Allocation.objects.filter(line__order=order, released_at=None, parcel__state=ParcelState.OPEN)
            assert set(in_box.values_list("copy__barcode", flat=True)) == barcodes

    @rule(number=numbers, leave_out=st.booleans())
    def dispatch(self, number, leave_out):
        if order := self.order(number):
            barcodes = [copy.barcode for copy in propose_copies(order)][leave_out:]
            closed = Allocation.objects.filter(line__order=order, released_at=None)
            closed = closed.exclude(parcel__state=ParcelState.OPEN).count()
            try:
                dispatch(order_id=order.id, barcodes=barcodes, **self.who)
            except PackingRefused:
                return
            assert len(barcodes) + closed == sum(line.to_deliver for line in order.lines.all())

    @rule(number=numbers, code=st.sampled_from(CODES))
    def scan(self, number, code):
        if order := self.order(number):
            scanned = Scanned(read(code), order.revision, offered="B1-3")
            who = {"packer": "dan@example.org", "now": self.now}
            try:
                scan(orders=Order.objects.all(), order_id=order.id, scanned=scanned, **who)
            except PackingRefused:
                return
            if code == "done":
                assert Order.objects.get(pk=order.id).state in (OrderState.DISPATCHED, OrderState.PART_SENT)

    @rule(number=numbers)
    def open_a_parcel_again(self, number):
        if parcel := Parcel.objects.filter(order__number=number, state=ParcelState.SEALED).first():
            open_again(parcel_id=parcel.pk, reason="Too large a box", **self.who)

    @rule(number=numbers, short=st.integers(1, 2), lost=st.sampled_from(["", "", "B1-1", "B2-1"]))
    def fall_short(self, number, short, lost):
        if order := self.order(number):
            line = order.lines.order_by("line" if lost != "B2-1" else "-line").first()
            try:
                fall_short(
                    order_id=order.id,
                    line=line.line,
                    number=short,
                    reason="Lost",
                    missing=[lost] if lost else [],
                    **self.who,
                )
            except PackingRefused:
                return
            assert not lost or BookItem.objects.get(barcode=lost).state == CopyState.MISSING

    @rule(
        barcode=st.sampled_from(["B1-1", "B1-2", "B2-1"]),
        state=st.sampled_from([CopyState.MISSING, CopyState.AVAILABLE]),
    )
    def count_the_shelf(self, barcode, state):
        try:
            note_count([BookItem.objects.get(barcode=barcode).id], state, **self.who)
        except (IllegalMove, PromisedToOrders):
            pass

    @invariant()
    def levels_are_what_copies_orders_and_holds_say(self):
        assert books_with_wrong_level() == []
        assert all(level.free >= 0 for level in StockLevel.objects.all())

    @invariant()
    def the_ledger_leads_to_where_each_copy_is(self):
        assert copies_that_differ_from_ledger() == []
        assert list(differences(lambda number: None)) == []
        state = {}
        for move in LedgerLine.objects.order_by("id"):
            assert state.get(move.copy_id, "") == move.from_state
            state[move.copy_id] = move.to_state

    @invariant()
    def events_count_up_and_make_legal_moves(self):
        events: dict[int, list[OrderEvent]] = {}
        for event in OrderEvent.objects.select_related("order").order_by("order_id", "version"):
            events.setdefault(event.order_id, []).append(event)
        for told in events.values():
            assert [event.version for event in told] == list(range(1, told[0].order.version + 1))
            assert told[-1].status == told[0].order.state
            for before, after in zip(told, told[1:]):
                same = before.status == after.status and after.status in EVENTS_OF_SAME_STATE
                assert same or after.status in ORDER_MOVES[before.status]

    @invariant()
    def copies_of_orders_lie_in_one_box(self):
        under_way = {OrderState.PACKING, OrderState.PART_SENT}
        state_of = {
            CopyState.ALLOCATED: (ParcelState.OPEN, under_way),
            CopyState.PACKED: (ParcelState.SEALED, under_way),
            CopyState.SHIPPED: (ParcelState.DISPATCHED, {OrderState.PART_SENT, OrderState.DISPATCHED}),
        }
        boxed = Allocation.objects.filter(released_at=None).select_related("copy", "line__order", "parcel")
        for each in boxed:
            parcel, orders = state_of[each.copy.state]
            assert each.parcel.state == parcel and each.line.order.state in orders
            assert each.parcel.order_id == each.line.order_id
        assert {each.copy_id for each in boxed} == set(
            BookItem.objects.filter(state__in=state_of).values_list("id", flat=True)
        )

    @invariant()
    def what_left_is_what_was_told(self):
        for order in Order.objects.filter(parcels__state=ParcelState.DISPATCHED).distinct():
            newest = order.events.latest("version")
            left = sum(line["copies"] for parcel in newest.parcels for line in parcel["lines"])
            assert left == sum(line["shipped"] for line in newest.lines) > 0
            assert order.state in (OrderState.PART_SENT, OrderState.DISPATCHED)
            assert not order.waits_for_all or order.state == OrderState.DISPATCHED

    @invariant()
    def no_hold_outlives_the_coming_of_its_order(self):
        live = Hold.objects.filter(state=HoldState.HELD).values("number")
        assert not Order.objects.filter(number__in=live).exists()

    @invariant()
    def what_is_short_has_a_reason_and_is_in_the_last_event(self):
        for line in OrderLine.objects.filter(short__gt=0).select_related("order"):
            assert line.short_reason
            event = OrderEvent.objects.get(order=line.order, version=line.order.version)
            assert str(line.line) in event.line_reasons


@pytest.mark.django_db(transaction=True)
def test_whatever_happens_the_store_adds_up():
    """L7, L19, L22, L25"""
    run_state_machine_as_test(
        Store,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
