"""Every row of the tables of moves is made by an operation, by who is said to, and brings the letter that is said."""

import uuid

import pytest
from django.db import transaction
from tests.payments.conftest import awaiting, bank_is_open, clock, started, store  # noqa: F401

from shop.cart.models import Cart
from shop.notifications.models import Mail
from shop.orders import cancelling, paying
from shop.orders.letters import kind_of
from shop.orders.models import Order
from shop.orders.states import TABLE, WAREHOUSE, State
from shop.outbox.operations import send_again
from shop.payments import closing, operations, refunds, tidying
from shop.payments.gateways.base import Charge, GatewayRefused, Report, Standing
from shop.payments.gateways.test import bank
from shop.payments.gateways.test.gateway import TestBank
from shop.payments.models import Payment, PaymentEvent, Refund
from shop.payments.states import REFUND_TABLE, RefundState
from shop.payments.states import TABLE as PAYMENT_TABLE
from shop.payments.states import State as Paid
from shop.storelink import inbox, retelling
from store_client import OrderEvent as Heard
from store_client.digests import StoredOrder

pytestmark = pytest.mark.django_db(transaction=True)

STATUS = {
    State.ACCEPTED: "received", State.PACKING: "packing", State.PARTLY_SHIPPED: "part_sent",
    State.SHIPPED: "dispatched", State.FAILED: "failed",
    State.CANCELLED: "cancelled", State.REJECTED: "rejected",
}  # fmt: skip
ON_THE_WAY = {
    State.ACCEPTED: (State.ACCEPTED, State.PACKING, State.PARTLY_SHIPPED),
    State.PACKING: (State.PACKING, State.PARTLY_SHIPPED),
    State.PARTLY_SHIPPED: (State.PARTLY_SHIPPED,),
}
UNHEARD = frozenset({State.PLACED, State.REJECTED, State.CANCELLED})


@pytest.fixture
def people(started, clock, store):  # noqa: F811
    """What customer, bank, schedule and warehouse do to the only order."""

    class People:
        def pays(self, late=False):
            payment, session = started()
            (bank.pay_late if late else bank.pay)(session, now=clock())
            if late:
                clock.goes_on(minutes=16)
            return payment

        def is_asked(self):
            tidying.look(Payment.objects.get(), now=clock())

        def expires(self):
            paying.expire(Order.objects.select_for_update().get(), now=clock())

        def cancels(self):
            cancelling.cancel(Order.objects.get(), now=clock())

        def says(self, state):
            order = Order.objects.get()
            store.orders.setdefault(str(order.number), {"lines": [{"line": 1, "quantity": 2}]})
            left = {State.PARTLY_SHIPPED: 1, State.SHIPPED: 2}.get(state)
            counts = {"shipped": left, "parcels": [{1: 1}] * left} if left else {}
            event = store.move(order.number, STATUS[state], reason="Because.", **counts)
            inbox.hear_events([Heard.parse(event)], now=clock())

        def refuses(self):
            with transaction.atomic():
                inbox.cancel_refused(Order.objects.get().pk, reason="Too late.", now=clock())

        def ends_unheard(self, state):
            with transaction.atomic():
                inbox.end_unheard(Order.objects.get().pk, state, reason="Because.", now=clock())

    return People()


def bring_to(people, state):
    if state in (None, State.AWAITING_PAYMENT, State.EXPIRED):
        return
    people.pays()
    people.is_asked()
    for step in (State.ACCEPTED, State.PACKING, State.PARTLY_SHIPPED):
        if state in ON_THE_WAY[step]:
            people.says(step)


def make(people, move):
    if move.source == State.CANCEL_REQUESTED:
        back = move.target in (State.PLACED, State.ACCEPTED, State.PACKING, State.PARTLY_SHIPPED)
        before = move.target if back else State.PLACED if move.target in UNHEARD else State.ACCEPTED
        bring_to(people, State.PACKING if move.target == State.PARTLY_SHIPPED else before)
        people.cancels()
        if move.target == State.PARTLY_SHIPPED:  # the part left before the store heard of the cancelling
            people.says(move.target)
        people.refuses() if back else people.says(move.target)
    elif move.target == State.CANCEL_REQUESTED:
        people.cancels()
    elif move.source == State.PLACED and move.target in UNHEARD:
        people.ends_unheard(move.target)
    else:
        people.says(move.target)


LOST = [move for move in TABLE if move.source in ("accepted", "packing") and move.target == State.PLACED]
TOLD_ANEW = (State.PACKING, State.ACCEPTED)
HERE = [
    move
    for move in TABLE
    if (move.by == WAREHOUSE and (move.source, move.target) != TOLD_ANEW) or move.target == State.CANCEL_REQUESTED
]


@pytest.mark.parametrize("move", HERE)
def test_moves_of_placed_orders(people, move):
    bring_to(people, move.source if move.source != State.CANCEL_REQUESTED else None)
    make(people, move)
    was_made(move)


def was_made(move):
    events = list(Order.objects.get().events.order_by("version"))
    path = [None, *(event.state for event in events)]
    assert (path[-2], path[-1], events[-1].actor) == (move.source, move.target, move.by)
    letters = Mail.objects.filter(event__startswith=f"order:{events[-1].order_id}:{events[-1].version}:")
    told = kind_of(move.source, move.target)
    assert [mail.kind for mail in letters] == ([told] if told else [])


def at_once(name):
    return pytest.mark.parametrize("move", [move for move in TABLE if (move.source, move.target) == name])


@at_once((None, "awaiting_payment"))
def test_an_order_to_be_paid_now_waits(awaiting, move):  # noqa: F811
    awaiting()
    was_made(move)


@at_once((None, "placed"))
def test_an_order_to_be_paid_on_delivery_is_placed(alice, make_book, clock, move):  # noqa: F811
    from tests.payments.conftest import HOME

    from shop.cart.models import CartLine
    from shop.orders.operations import place_order

    cart = Cart.objects.create(user=alice)
    CartLine.objects.create(cart=cart, book=make_book(), quantity=1, price_when_added="12.50")
    place_order(
        cart=cart, buyer=alice, email=alice.email, ship_to=HOME, note="", checkout_key=uuid.uuid4(), now=clock()
    )
    was_made(move)


@at_once(("awaiting_payment", "placed"))
def test_money_in_time_places_it(people, move):
    people.pays()
    people.is_asked()
    was_made(move)


@at_once(("awaiting_payment", "expired"))
def test_no_money_in_time_ends_it(awaiting, people, move):  # noqa: F811
    awaiting()
    with transaction.atomic():
        people.expires()
    was_made(move)


@at_once(("awaiting_payment", "cancelled"))
def test_a_customer_ends_it_before_paying(awaiting, people, move):  # noqa: F811
    awaiting()
    people.cancels()
    was_made(move)


@at_once(("expired", "placed"))
def test_late_money_revives_it(people, move):
    people.pays(late=True)
    with transaction.atomic():
        people.expires()
    people.is_asked()
    was_made(move)


@pytest.mark.parametrize("move", LOST)
def test_an_order_that_the_store_lost_is_sent_again_and_nobody_is_told(people, clock, move):  # noqa: F811
    bring_to(people, move.source)
    retelling.make_good_for_lost(Order.objects.get().pk, now=clock())
    was_made(move)


@at_once(TOLD_ANEW)
def test_an_order_is_told_anew_after_a_restore_and_nobody_is_told_twice(people, clock, store, move):  # noqa: F811
    bring_to(people, move.source)
    store.events.pop()
    number = Order.objects.get().pk
    first = {**store.events[0], "reason": ""}  # what we heard first had another reason: the log is not the same
    stored = StoredOrder(number, "received", 1, Order.objects.get().total, "EUR", (), (Heard.parse(first),))
    retelling.follow(stored, now=clock())
    was_made(move)


def test_no_row_of_the_orders_table_is_left_out():
    alone = {(None, "awaiting_payment"), (None, "placed"), ("awaiting_payment", "placed"),
             ("awaiting_payment", "expired"), ("awaiting_payment", "cancelled"), ("expired", "placed"), TOLD_ANEW}  # fmt: skip
    assert {(move.source, move.target) for move in set(TABLE) - set(HERE) - set(LOST)} == alone


HEARD = {Paid.AUTHORISED: Standing.AUTHORISED, Paid.FAILED: Standing.DECLINED, Paid.CANCELLED: Standing.CLOSED}


@pytest.mark.parametrize("move", [move for move in PAYMENT_TABLE if move.source])
def test_every_move_of_a_payment_is_made(started, clock, move):  # noqa: F811
    """By what the bank says, or by the end of the order."""
    payment, session = started()
    Payment.objects.update(state=move.source)
    if move.target == Paid.CAPTURED:
        charge = Charge("ch_1", payment.amount, payment.currency)
        operations.hear(payment.key, Report(Standing.OPEN, (charge,)), now=clock())
    elif move.target in (Paid.EXPIRED, Paid.CANCELLED):
        with transaction.atomic():
            closing.close_open(Order.objects.select_for_update().get(), move.target, now=clock())
    elif move.target == Paid.PENDING:
        operations.start(payment.order, "test", now=clock(), back=str)
    else:
        operations.hear(payment.key, Report(HEARD[move.target]), now=clock())
    payment.refresh_from_db()
    assert payment.state == move.target == PaymentEvent.objects.latest("id").state


def test_every_beginning_of_a_payment_is_made(started, clock):  # noqa: F811
    payment, session = started()
    bank.pay_twice(session, now=clock())
    tidying.look(payment, now=clock())
    firsts = {each.events.earliest("id").state for each in Payment.objects.all()}
    assert firsts == {Paid.PENDING, Paid.CAPTURED}, "the second charge begins as pending and is taken at once"
    assert {move.target for move in PAYMENT_TABLE if not move.source} == {Paid.CREATED, Paid.PENDING}


def test_every_move_of_a_refund_is_made_and_no_other(started, clock, monkeypatch):  # noqa: F811
    payment, session = started()
    bank.pay_twice(session, now=clock())
    tidying.look(payment, now=clock())
    stages, answers = [None, Refund.objects.get().stage], [GatewayRefused("Closed."), True]

    def asked(*a, **k):
        stages.append(Refund.objects.get().stage)
        answer = answers.pop(0)
        if answer is not True:
            raise answer
        return answer

    monkeypatch.setattr(TestBank, "refund", asked)
    for _ in range(2):
        refunds.send_refunds(clock)
        stages.append(Refund.objects.get().stage)
        send_again(Refund.objects.filter(state="refused"), now=clock())
    assert set(zip(stages, stages[1:])) == {(move.source, move.target) for move in REFUND_TABLE}
    assert stages[-1] == RefundState.DONE
