"""The time to pay ends: checked when read and when paid; late money revives the order, or goes back by itself."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from shop.notifications.models import Mail
from shop.orders import paying
from shop.orders.models import Order
from shop.outbox.models import Deliverable, OutboxMessage, Topic
from shop.payments import operations, refunds, tidying
from shop.payments.gateways.base import GatewayRefused, GatewayUnavailable
from shop.payments.gateways.test import bank
from shop.payments.gateways.test.gateway import TestBank
from shop.payments.gateways.test.models import Return
from shop.payments.models import Payment, Refund
from shop.storelink.delivery import send_orders
from shop.storelink.store import open_store

pytestmark = pytest.mark.django_db(transaction=True)


def kinds():
    return sorted(Mail.objects.values_list("kind", flat=True))


@pytest.mark.parametrize(("seconds", "is_payable"), [(0, True), (899, True), (900, False), (3600, False)])
def test_the_deadline_is_that_of_the_order_and_of_the_moment(seconds, is_payable, now):
    """L23: nothing is computed at import; an order of any day has its own fifteen minutes."""
    for placed_at in (now, datetime(2031, 2, 28, 23, 59, tzinfo=UTC)):
        order = Order(state="awaiting_payment", pay_until=placed_at + timedelta(minutes=15), number=uuid.uuid4())
        assert order.is_payable(placed_at + timedelta(seconds=seconds)) is is_payable
        assert order.state_at(placed_at + timedelta(seconds=seconds)) == (
            "awaiting_payment" if is_payable else "expired"
        )


def test_no_try_to_pay_is_opened_after_the_deadline(awaiting, clock):
    order = awaiting()
    with pytest.raises(operations.NotPayable):
        operations.start(order, "test", now=clock.goes_on(minutes=15), back=str)
    assert not Payment.objects.exists() and Order.objects.get().state == "awaiting_payment", "no schedule ran"


def test_an_order_that_is_not_paid_expires_once_and_its_copies_are_free(started, clock, store):
    payment, _ = started(quantity=2, in_store=2)
    assert store.free[1] == 0
    clock.goes_on(minutes=14, seconds=59)
    tidying.tidy(clock)
    assert Order.objects.get().state == "awaiting_payment"
    clock.goes_on(seconds=1)
    for _ in range(3):
        tidying.tidy(clock)
    payment.refresh_from_db()
    assert (Order.objects.get().state, payment.state) == ("expired", "expired")
    mail = Mail.objects.get()
    assert mail.kind == "order_expired" and "Nothing was charged" in mail.text and "?key=" in mail.text
    with open_store() as line:
        send_orders(line, clock)
    assert store.free[1] == 2 and OutboxMessage.objects.get().state == "sent"


def test_an_order_whose_bank_cannot_be_asked_waits_a_little_before_it_expires(started, clock, monkeypatch):
    started()
    tidying.tidy(clock)
    clock.goes_on(minutes=15)

    def away(*a, **k):
        raise GatewayUnavailable("The bank is away.")

    monkeypatch.setattr(TestBank, "ask", away)
    tidying.tidy(clock)
    assert Order.objects.get().state == "awaiting_payment"
    clock.goes_on(minutes=5)
    tidying.tidy(clock)
    assert Order.objects.get().state == "expired"


@pytest.mark.parametrize("has_expired", [True, False])
def test_money_at_15_01_with_copies_left_places_the_order(started, clock, store, has_expired):
    payment, session = started()
    bank.pay_late(session, now=clock())
    clock.goes_on(minutes=15)
    if has_expired:
        tidying.tidy(clock)
        store.lapse(payment.order_id)
    clock.goes_on(seconds=1)
    tidying.look(Payment.objects.get(), now=clock())
    order = Order.objects.get()
    assert (order.state, order.held) == ("placed", True)
    assert kinds() == (["order_expired"] if has_expired else []) + ["order_received"]
    with open_store() as line:
        send_orders(line, clock)
    assert store.orders[str(order.number)]["paid"] == "25.00"
    assert Order.objects.get().state == "accepted" and not Refund.objects.exists()
    assert not [request for request in store.requests if request[0] == "DELETE"], "the release was taken back"


@pytest.mark.parametrize("has_expired", [True, False])
def test_money_at_15_01_without_copies_goes_back_by_itself(started, clock, store, has_expired):
    payment, session = started(quantity=2, in_store=2)
    bank.pay_late(session, now=clock())
    clock.goes_on(minutes=15)
    if has_expired:
        tidying.tidy(clock)
    store.lapse(payment.order_id)
    store.free[1] = 1  # somebody else was faster
    clock.goes_on(seconds=1)
    tidying.look(Payment.objects.get(), now=clock())
    order, payment = Order.objects.get(), Payment.objects.get()
    assert order.state == "expired" and "after the time to pay" in order.attention
    assert (payment.state, payment.captured, payment.refunded) == ("captured", order.total, order.total)
    assert kinds() == (["order_expired"] if has_expired else []) + ["payment_returned"]
    assert "€25.00 goes back to you" in Mail.objects.get(kind="payment_returned").text
    assert not OutboxMessage.objects.filter(topic=Topic.ORDER_PLACED).exists()
    assert refunds.send_refunds(clock).done == 1
    assert [str(one.amount) for one in Return.objects.all()] == ["25.00"] and Refund.objects.get().stage == "done"


@pytest.mark.parametrize("held_until", ["2026-11-21T09:17:00Z", "2026-11-21T11:17:00Z"])
def test_a_store_whose_clock_differs_by_an_hour_makes_no_order_late(started, clock, monkeypatch, held_until):
    """The shop's own clock says how long an order can be paid; when the store's hold ends is the store's affair."""
    monkeypatch.setattr("fake_store.HELD_UNTIL", held_until)
    payment, session = started()
    assert payment.order.pay_until == clock() + timedelta(minutes=15)
    bank.pay(session, now=clock.goes_on(minutes=14))
    tidying.look(payment, now=clock())
    assert Order.objects.get().state == "placed"


def test_late_money_waits_for_a_store_that_is_away_and_is_settled_when_it_is_back(started, clock, store, settings):
    """The capture is written in a transaction of its own; a sweeper finishes what was left between."""
    payment, session = started()
    bank.pay_late(session, now=clock())
    clock.goes_on(minutes=16)
    url, settings.STORE_URL = settings.STORE_URL, "http://127.0.0.1:9"
    tidying.tidy(clock)
    payment.refresh_from_db()
    assert payment.state == "captured" and payment.settled_at is None and not Refund.objects.exists()
    assert not Order.objects.get().attention
    clock.goes_on(hours=1)
    tidying.tidy(clock)
    assert "the store cannot be asked" in Order.objects.get().attention
    settings.STORE_URL = url
    tidying.tidy(clock)
    assert Order.objects.get().state == "placed" and Payment.objects.get().settled_at
    assert not Order.objects.get().attention


def test_a_crash_between_capture_and_decision_is_made_good(started, clock, monkeypatch):
    payment, session = started()
    bank.pay_late(session, now=clock())
    clock.goes_on(minutes=16)
    with monkeypatch.context() as patched:
        patched.setattr(operations, "settle", lambda *a, **k: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            tidying.look(payment, now=clock())
    assert Payment.objects.get().state == "captured" and Order.objects.get().state == "awaiting_payment"
    tidying.tidy(clock)
    assert Order.objects.get().state == "placed" and kinds() == ["order_received"]


def test_an_expired_order_is_restored_to_the_cart_by_its_link_once(client, started, clock):
    """The link in the mail opens the order for whoever holds it; a stranger without it finds nothing."""
    payment, _ = started(quantity=2)
    tidying.tidy(clock)
    clock.goes_on(minutes=16)
    tidying.tidy(clock)
    link = Mail.objects.get().text.split("http://127.0.0.1:8000")[1].split()[0]
    path = f"/orders/{payment.order_id}/restore/"
    assert client.post(path).status_code == 404
    page = client.get(link).content.decode()
    assert path in page
    assert client.get(path).status_code == 405
    for _ in range(2):
        assert client.post(path).url == "/cart/"
    cart = client.get("/cart/").content.decode()
    assert 'value="2"' in cart and 'value="4"' not in cart
    assert Order.objects.get().state == "expired"


def test_only_an_order_that_expired_is_restored(client, alice, awaiting, clock):
    from shop.cart.models import CartLine

    order = awaiting()
    Order.objects.update(pay_until=datetime(2100, 1, 1, tzinfo=UTC))
    client.force_login(alice)
    client.post(f"/orders/{order.number}/restore/")
    assert not CartLine.objects.exists()


def test_expiry_notice_and_rival_race_without_losing_money_or_copies(
    make_user, awaiting, started, clock, store, together
):
    """P4.2, short form: the schedule, the bank twice, and somebody who wants the same copy, all at once."""
    rival = make_user("Bob")
    for turn in range(1, 9):
        payment, session = started(pk=turn, quantity=1, in_store=1)
        bank.pay_late(session, now=clock())
        late = session.ends + timedelta(seconds=1)

        def buy(turn=turn):
            try:
                return awaiting(pk=turn, quantity=1, buyer=rival)
            except Exception as error:  # the copy is held: this is the refusal
                return error

        calls = [
            lambda: paying.expire_next(now=late),
            lambda p=payment: tidying.look(Payment.objects.get(pk=p.pk), now=late),
            lambda p=payment: tidying.look(Payment.objects.get(pk=p.pk), now=late),
            lambda p=payment: store.lapse(p.order_id),
            buy,
        ]
        together(*calls)
        operations.settle(payment.pk, now=late)
        order, payment = Order.objects.get(pk=payment.order_id), Payment.objects.get(pk=payment.pk)
        paid = order.total if order.state == "placed" else 0
        assert order.state in ("placed", "expired") and payment.settled_at
        assert payment.captured - payment.refunded == paid, "to the cent"
        assert session.charges.count() == 1
        holders = [
            number for number, (state, lines) in store.holds.items() if state == "held" and lines[0]["book"] == turn
        ]
        assert len(holders) <= 1 and store.free[turn] >= 0, "no copy counted twice"


def test_a_refund_is_tried_until_the_bank_answers_and_given_back_once(started, clock, monkeypatch):
    payment, session = started()
    bank.pay_twice(session, now=clock())
    tidying.look(payment, now=clock())
    real, failures = TestBank.refund, [GatewayUnavailable("away"), GatewayUnavailable("away")]

    def shaky(self, *args, **options):
        done = real(self, *args, **options)  # the bank did it, and its answer was lost
        if failures:
            raise failures.pop()
        return done

    monkeypatch.setattr(TestBank, "refund", shaky)
    stages = []
    for _ in range(4):
        refunds.send_refunds(clock)
        stages.append(Refund.objects.get().stage)
        clock.goes_on(minutes=1)
    assert stages == ["sent", "sent", "done", "done"] and Return.objects.count() == 1


def test_a_refund_that_is_refused_is_shown_to_a_person_who_can_send_it_again(started, clock, monkeypatch, client, olga):
    payment, session = started()
    bank.pay_twice(session, now=clock())
    tidying.look(payment, now=clock())

    def closed(*a, **k):
        raise GatewayRefused("The account is closed.")

    with monkeypatch.context() as patched:
        patched.setattr(TestBank, "refund", closed)
        refunds.send_refunds(clock)
    refund = Refund.objects.get()
    assert refund.stage == "failed" and Order.objects.get().attention == "A refund was refused by the gateway."
    client.force_login(olga)
    answer = client.post(
        "/admin/payments/refund/", {"action": "send_again", "_selected_action": [refund.pk]}, follow=True
    )
    assert answer.status_code == 200
    refund.refresh_from_db()
    assert refund.stage == "sent" and refund.state == Deliverable.State.WAITING
    refunds.send_refunds(lambda: datetime.now(UTC))
    assert Refund.objects.get().stage == "done"


def test_staff_without_the_right_neither_see_payments_nor_send_refunds(client, make_user, started):
    started()
    client.force_login(make_user("Dan", is_staff=True))
    for page in ("payment", "refund"):
        assert client.get(f"/admin/payments/{page}/").status_code == 403
    assert client.get("/admin/").status_code == 200
