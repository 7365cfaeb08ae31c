"""Orders, payments and refunds, driven through random moves, repetitions, reorderings and lost answers of bank and store:
money and letters always add up, and when all is quiet both sides say the same."""

import json
import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from fake_store import FakeStore
from hypothesis import HealthCheck
from hypothesis import settings as examples
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from tests.adding_up import OVER, UNPAID, all_adds_up
from tests.conftest import NOW
from tests.payments.conftest import HOME, bank_is_open, store  # noqa: F401

from shop.accounts.models import User
from shop.cart.models import Cart, CartLine
from shop.catalogue.models import Book
from shop.coupons.models import Coupon, Discount
from shop.orders import cancelling, holding
from shop.orders.models import Order
from shop.orders.operations import CannotOrder, Held, place_order
from shop.orders.states import FROM_STORE, State
from shop.outbox.models import Deliverable, OutboxMessage
from shop.payments import operations, refunds, tidying
from shop.payments.gateways.base import NotBelieved
from shop.payments.gateways.test import bank, signing
from shop.payments.gateways.test.models import BankNotice, Charge, Return, Session
from shop.payments.models import Payment, Refund
from shop.payments.states import State as Paid
from shop.storelink import inbox, statuses
from shop.storelink.breaker import Breaker
from shop.storelink.clearing import clear
from shop.storelink.delivery import send_orders
from shop.storelink.models import Feed, StoreEvent
from shop.storelink.store import open_store
from store_client import HoldLine
from store_client import OrderEvent as Heard

PRICE = Decimal("12.50")
ENDED = ("dispatched", "failed", "cancelled", "rejected")

places = st.integers(0, 1)  # which of the orders so far; a few meet more often than many
presses = st.sampled_from(["pay", "pay", "decline", "approve", "pay_late", "pay_twice", "pay_notice_lost"])
# What a warehouse does before anybody listens.
acts = st.sampled_from(
    [
        ("packing",), ("packing", "short"), ("packing", "short"), ("short", "dispatched"), ("packing", "dispatched"),
        ("packing", "dispatched"), ("dispatched",), ("failed",),
    ]
)  # fmt: skip
faults = st.sampled_from(["", "", "", "swallow", "503", "hang up"])


class Shop(RuleBasedStateMachine):
    store: FakeStore

    def __init__(self):
        super().__init__()
        clear()
        for model in (Return, BankNotice, Charge, Session, Feed):
            model.objects.all().delete()
        self.now = NOW
        self.notices: list[tuple[dict, bytes]] = []
        for part in ("orders", "holds", "short_of", "events", "cancelled", "requests", "faults"):
            getattr(self.store, part).clear()
        self.store.free = {1: 5}
        holding.breaker = Breaker()
        # Thirds of prices that end in 9: each part of a line has to be rounded.
        Coupon.objects.create(code="THIRD", kind="percent", value=Decimal("33.33"), most_per_customer=0)
        Discount.objects.create(name="Summer sale", percent=Decimal("12.9"), every_book=True)
        self.alice, _ = User.objects.get_or_create(email="alice@example.org", defaults={"name": "Alice"})
        Book.objects.create(
            pk=1, version=1, epoch="first", isbn13="9780000000001", title="Emma", price=PRICE, currency="EUR",
            store_free=5,
        )  # fmt: skip

    def clock(self):
        return self.now

    def order_at(self, place: int) -> Order:
        """The first, the second, or the last if there are not so many. There is always one."""
        orders = list(Order.objects.order_by("placed_at", "number"))
        return orders[min(place, len(orders) - 1)]

    def payment_of(self, order: Order) -> Payment | None:
        return order.payments.exclude(reference="").order_by("created_at").last()

    @initialize(is_first_sent=st.sampled_from([True, True, False]), way=st.sampled_from(Order.Payment))
    def a_day_like_others_begins(self, is_first_sent, way):
        """One order is paid, and mostly in the warehouse; another has just been placed. From here on all is chance."""
        self.order(quantity=2, way=Order.Payment.PREPAID, is_asked=True)
        self.press(place=0, button="pay", comes_back=True)
        if is_first_sent:
            self.messages_go_out("")
        self.order(quantity=2, way=way, is_asked=True)

    @rule(
        quantity=st.integers(1, 3),
        way=st.sampled_from(Order.Payment),
        is_asked=st.booleans(),
        coupon=st.sampled_from(["", "third"]),
    )
    def order(self, quantity, way, is_asked, coupon="third"):
        if Order.objects.count() == 3:
            return
        key, lines = uuid.uuid4(), [HoldLine(1, 1, quantity)]
        if is_asked:
            try:
                holding.hold(holding.order_number(key), lines)
            except holding.NotHeld:
                return
            except holding.CannotAsk:
                is_asked = False
        cart, _ = Cart.objects.get_or_create(user=self.alice)
        CartLine.objects.filter(cart=cart).delete()
        CartLine.objects.create(cart=cart, book_id=1, quantity=quantity, price_when_added=PRICE)
        try:
            place_order(
                cart=cart, buyer=self.alice, email=self.alice.email, ship_to=HOME, note="", checkout_key=key,
                now=self.now, payment=way, held=Held({1: quantity}) if is_asked else None, coupon=coupon,
            )  # fmt: skip
        except CannotOrder:
            assert not is_asked
        self.now += timedelta(seconds=1)

    @rule(place=places, button=presses, comes_back=st.booleans())
    def press(self, place, button, comes_back):
        order = self.order_at(place)
        try:
            operations.start(order, "test", now=self.now, back=lambda key: f"http://shop/{key}")
        except operations.NotPayable:
            return
        session = Session.objects.get(pk=self.payment_of(order).reference)
        try:
            getattr(bank, button)(session, now=self.now)
        except bank.NotOpen:
            return
        self._keep_notice(session)
        if comes_back:
            self.come_back(place)

    def _keep_notice(self, session):
        """A letter of the bank as it leaves the house, to be delivered whenever and however often."""
        notice = BankNotice(number=f"no_{len(self.notices)}", session=session)
        body = bank.letter(notice, now=self.now)
        self.notices.append((signing.headers(body, now=self.now), body))

    @rule(place=places)
    def come_back(self, place):
        if payment := self.payment_of(self.order_at(place)):
            tidying.look(payment, now=self.now)

    @rule(which=st.integers(0, 5), is_forged=st.sampled_from([False, False, False, True]))
    def a_notice_comes(self, which, is_forged):
        headers, body = self.notices[which % len(self.notices)]
        if is_forged:
            body = json.dumps({**json.loads(body), "standing": "declined"}).encode()
        is_old = self.now.timestamp() - int(headers[signing.TIME]) > signing.BELIEVED_FOR.total_seconds()
        try:
            operations.hear_notice("test", headers, body, now=self.now)
        except NotBelieved:
            assert is_forged or is_old
        else:
            assert not (is_forged or is_old)

    @rule(seconds=st.sampled_from([31, 31, 299, 16 * 60]), is_tidied=st.booleans())
    def time_goes_by(self, seconds, is_tidied):
        self.now += timedelta(seconds=seconds)
        if is_tidied:
            tidying.tidy(self.clock)

    @rule(place=places)
    def a_hold_lapses(self, place):
        self.store.lapse(self.order_at(place).number)

    @rule()
    def a_rival_buys(self):
        self.store.free[1] = max(0, self.store.free[1] - 1)

    @rule(place=places)
    def cancel(self, place):
        order = self.order_at(place)
        try:
            cancelling.cancel(order, now=self.now)
        except cancelling.TooLate:
            asked = order.events.filter(state=State.CANCEL_REQUESTED).count()
            assert asked == cancelling.MOST_QUESTIONS or not cancelling.can_cancel(order, now=self.now)

    @rule(place=places)
    def a_parcel_is_sealed_or_opened_again(self, place):
        self.store.sealed ^= {str(self.order_at(place).number)}

    @rule(fault=faults)
    def messages_go_out(self, fault):
        if fault:
            self.store.faults.append(fault)
        with open_store() as line:
            send_orders(line, self.clock)
        self.store.faults.clear()
        self.now += timedelta(seconds=2)

    @rule(place=places, acts=acts, is_heard=st.sampled_from([True, True, False]))
    def the_warehouse_works(self, place, acts, is_heard):
        number = str(self.order_at(place).number)
        for act in acts:
            events = self.store.events_of(number)
            if not events or events[-1]["status"] in ENDED:
                return
            self._warehouse_does(number, act, **events[-1]["lines"][0])
        if is_heard:  # the last alone: it comes before those that it follows
            inbox.hear_events([Heard.parse(self.store.events_of(number)[-1])], now=self.now)

    def _warehouse_does(self, number, act, ordered, short, **_):
        if act == "short":
            short += 1
            act = "packing" if short < ordered else "failed"
        counts = {"short": ordered if act == "failed" else short}
        if act == "dispatched":
            counts |= {"packed": ordered - short, "shipped": ordered - short}
        reasons = {1: "Water damage"} if counts["short"] else None
        self.store.move(number, act, reason="Lost" if act == "failed" else "", line_reasons=reasons, **counts)

    @rule(data=st.data())
    def events_come_as_they_like(self, data):
        """Some of them, in any order, and again."""
        told = [event for event in self.store.events if Order.objects.filter(pk=event["order"]).exists()]
        if not told:
            return
        some = data.draw(st.lists(st.sampled_from(range(len(told))), min_size=1, max_size=4))
        inbox.hear_events([Heard.parse(told[place]) for place in some], now=self.now)

    @rule()
    def the_feed_is_read(self):
        with open_store() as line:
            statuses.sync_order_statuses(line, self.clock)

    @rule()
    def refunds_go_out(self):
        refunds.send_refunds(self.clock)

    @invariant()
    def all_adds_up(self):
        all_adds_up(self.store)

    def teardown(self):
        """All is quiet at last: nothing waits, both sides agree, and the bank has what the shop says it has."""
        self.store.sealed.clear()
        for _ in range(4):
            self.now += timedelta(hours=2)
            tidying.tidy(self.clock)
            self.messages_go_out("")
            self.the_feed_is_read()
            self.refunds_go_out()
        for model in (OutboxMessage, Refund):
            assert not model.objects.filter(state=Deliverable.State.WAITING).exists()
        assert not Payment.objects.filter(state=Paid.CAPTURED, settled_at=None).exists()
        assert not Order.objects.filter(state__in=[State.AWAITING_PAYMENT, State.CANCEL_REQUESTED]).exists()
        for order in Order.objects.filter(number__in=self.store.orders):
            last = self.store.events_of(str(order.number))[-1]
            assert (order.state, order.store_version) == (FROM_STORE[last["status"]], last["version"])
            if not OutboxMessage.objects.filter(topic="order cancel", key=str(order.number)).exists():
                assert self._told_by_the_store(order) == self._heard_by_the_shop(order), "none was passed over"
        assert StoreEvent.objects.count() == len(self.store.events)
        assert {order.number for order in Order.objects.exclude(state__in=OVER | UNPAID)} <= {
            uuid.UUID(number) for number in self.store.orders
        }
        taken = sum((charge.amount - charge.returned for charge in Charge.objects.all()), Decimal(0))
        assert taken == sum((payment.kept for payment in Payment.objects.all()), Decimal(0))
        all_adds_up(self.store)

    def _told_by_the_store(self, order) -> list[State]:
        states = [FROM_STORE[event["status"]] for event in self.store.events_of(str(order.number))]
        return [state for before, state in zip([None, *states], states) if state != before]

    @staticmethod
    def _heard_by_the_shop(order) -> list[State]:
        told = order.events.filter(actor="warehouse").order_by("version")
        return [State(event.state) for event in told]


@pytest.mark.django_db(transaction=True)
def test_whatever_happens_money_letters_and_orders_add_up(store, settings):  # noqa: F811
    """L5, L6, L24, P4.2, P4.6"""
    Shop.store, settings.DELIVERY_PRICE = store, Decimal("3.95")
    run_state_machine_as_test(
        Shop,
        settings=examples(
            max_examples=20,
            stateful_step_count=25,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
