"""Paying within the time: one transaction makes the capture, the order, its message and its letter."""

import json
from datetime import timedelta

import pytest
from django.db import DatabaseError

from shop.notifications.models import Mail
from shop.orders.models import Order
from shop.outbox.models import OutboxMessage, Topic
from shop.payments import operations, tidying
from shop.payments.gateways.base import NotBelieved
from shop.payments.gateways.test import bank, signing
from shop.payments.gateways.test.models import BankNotice
from shop.payments.models import Payment, PaymentEvent, PaymentNotice, Refund

pytestmark = pytest.mark.django_db(transaction=True)


def posted(session, clock, **changes) -> tuple[dict, bytes]:
    """A notice of the bank as it goes over the wire, with changes made before it is signed."""
    told = json.loads(bank.letter(BankNotice(number="no_1", session=session), now=clock()))
    body = json.dumps({**told, **changes}).encode()
    return signing.headers(body, now=clock()), body


def test_an_order_waits_for_its_money_and_nobody_is_told_yet(awaiting, clock, store):
    order = awaiting()
    assert (order.state, order.held, order.pay_until) == ("awaiting_payment", True, clock() + timedelta(minutes=15))
    assert not Mail.objects.exists() and not OutboxMessage.objects.exists(), "L2"
    assert store.holds[str(order.number)][0] == "held"


def test_capture_order_message_and_letter_are_written_together(started, clock):
    payment, session = started()
    bank.pay(session, now=clock())
    tidying.look(payment, now=clock())
    payment.refresh_from_db()
    order = Order.objects.get()
    assert (payment.state, payment.captured, payment.captured_currency) == ("captured", order.total, "EUR")
    assert payment.settled_at == clock() and payment.charge
    assert (order.state, order.version) == ("placed", 2)
    message = OutboxMessage.objects.get()
    assert message.topic == Topic.ORDER_PLACED
    assert (message.body["payment"], message.body["paid"], message.body["total"]) == ("prepaid", "25.00", "25.00")
    mail = Mail.objects.get()
    assert mail.kind == "order_received" and "Your payment of €25.00 has arrived" in mail.text
    assert "Total, paid: €25.00" in mail.text and "on delivery" not in mail.text
    assert [event.state for event in PaymentEvent.objects.order_by("id")] == ["pending", "captured"]


def test_a_failure_in_the_middle_leaves_neither_capture_nor_order(started, clock, monkeypatch):
    """L8; the bank is asked again later, and knows it still."""
    payment, session = started()
    bank.pay(session, now=clock())
    with monkeypatch.context() as patched:
        patched.setattr("shop.orders.letters.letter", lambda *a, **k: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            tidying.look(payment, now=clock())
    payment.refresh_from_db()
    assert payment.state == "pending" and not OutboxMessage.objects.exists()
    tidying.look(payment, now=clock())
    assert Order.objects.get().state == "placed"


def test_the_same_notice_ten_times_is_one_change_and_one_mail(started, clock, together):
    """L24, P4.6: five times at once, five times afterwards."""
    _, session = started()
    bank.pay(session, now=clock())
    headers, body = posted(session, clock)
    once = together(*[lambda: operations.hear_notice("test", headers, body, now=clock())] * 5)
    again = [operations.hear_notice("test", headers, body, now=clock()) for _ in range(5)]
    assert sorted(once) == [False] * 4 + [True] and again == [False] * 5
    assert Order.objects.get().version == 2
    assert Mail.objects.count() == OutboxMessage.objects.count() == PaymentNotice.objects.count() == 1
    assert not Refund.objects.exists()


def test_notices_in_any_order_come_to_the_same(started, clock):
    """P4.6: the decline of a first try arrives after the money of it."""
    payment, session = started()
    bank.pay(session, now=clock())
    headers, body = posted(session, clock)
    late_headers, late_body = posted(session, clock, notice="no_0", standing="declined", charges=[])
    operations.hear_notice("test", headers, body, now=clock())
    operations.hear_notice("test", late_headers, late_body, now=clock())
    payment.refresh_from_db()
    assert payment.state == "captured" and Order.objects.get().version == 2 and Mail.objects.count() == 1


@pytest.mark.parametrize("change", ["signature", "body", "time", "no headers"])
def test_a_forged_notice_changes_nothing(client, started, clock, change, caplog):
    """L24; beside it, the same notice unchanged is taken, without a log-in."""
    import time_machine

    payment, session = started()
    bank.pay(session, now=clock())
    headers, body = posted(session, clock)
    forged, forged_body = dict(headers), body
    if change == "signature":
        forged[signing.SIGNATURE] = "0" * 64
    elif change == "body":
        forged_body = body.replace(b"25.00", b"00.01")
    elif change == "time":
        forged[signing.TIME] = str(int(forged[signing.TIME]) + 60)
    else:
        forged = {"Content-Type": "application/json"}
    with time_machine.travel(clock(), tick=False):
        answer = client.post(
            "/payments/notices/test/", forged_body, content_type="application/json", headers=without_type(forged)
        )
        assert answer.status_code == 400 and "was not believed" in caplog.text
        payment.refresh_from_db()
        assert payment.state == "pending" and Order.objects.get().state == "awaiting_payment"
        answer = client.post(
            "/payments/notices/test/", body, content_type="application/json", headers=without_type(headers)
        )
    assert answer.status_code == 200 and Order.objects.get().state == "placed"


def without_type(headers):
    return {name: value for name, value in headers.items() if name != "Content-Type"}


@pytest.mark.parametrize("minutes", [6, 60, -60])
def test_a_true_notice_that_somebody_kept_is_not_believed_later(started, clock, minutes):
    """Replayed: a signature is good for five minutes; the bank signs anew when it posts again."""
    _, session = started()
    bank.pay(session, now=clock())
    headers, body = posted(session, clock)
    with pytest.raises(NotBelieved):
        operations.hear_notice("test", headers, body, now=clock.goes_on(minutes=minutes))
    assert not PaymentNotice.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"notice": "1", "payment": "x", "standing": "open", "charges": []}',
        b"\xff",
        b'{"notice": "1", "payment": "5b2d1c64-5a5e-4a55-9c1c-0d7f3b6b1d11", "standing": "rich", "charges": []}',
        b'{"notice": "1", "payment": "5b2d1c64-5a5e-4a55-9c1c-0d7f3b6b1d11", "standing": "open", "charges": '
        b'[{"id": "c", "amount": "-5.00", "currency": "EUR"}]}',
    ],
)
def test_a_signed_notice_that_makes_no_sense_is_refused(db, clock, body):
    with pytest.raises(NotBelieved):
        operations.hear_notice("test", signing.headers(body, now=clock()), body, now=clock())


def test_a_notice_that_names_no_payment_of_ours_is_answered_404(client, db, clock):
    import time_machine

    body = json.dumps(
        {"notice": "1", "payment": "5b2d1c64-5a5e-4a55-9c1c-0d7f3b6b1d11", "standing": "open", "charges": []}
    ).encode()
    headers = without_type(signing.headers(body, now=clock()))
    with time_machine.travel(clock(), tick=False):
        assert client.post("/payments/notices/test/", body, "application/json", headers=headers).status_code == 404
        assert client.post("/payments/notices/other/", body, "application/json", headers=headers).status_code == 404
        assert client.get("/payments/notices/test/").status_code == 405


@pytest.mark.parametrize(
    "charge", [{"amount": "24.99"}, {"amount": "25.01"}, {"amount": "0.01"}, {"currency": "USD"}, {"currency": "IRR"}]
)
def test_money_that_differs_places_nothing_and_goes_back(started, clock, charge):
    """L24"""
    payment, session = started()
    taken = {"id": "ch_1", "amount": "25.00", "currency": "EUR", **charge}
    operations.hear_notice("test", *posted(session, clock, charges=[taken]), now=clock())
    order, refund = Order.objects.get(), Refund.objects.get()
    assert order.state == "awaiting_payment" and "was paid instead of €25.00" in order.attention
    assert str(refund.amount) == taken["amount"]
    assert [mail.kind for mail in Mail.objects.all()] == ["payment_returned"]
    assert not OutboxMessage.objects.exists(), "they may still pay rightly"


def test_paid_twice_on_one_page_gives_the_second_back(started, clock):
    payment, session = started()
    bank.pay_twice(session, now=clock())
    tidying.look(payment, now=clock())
    assert Order.objects.get().state == "placed"
    refund = Refund.objects.get()
    assert (str(refund.amount), refund.payment.captured - refund.payment.refunded) == ("25.00", 0)
    assert sorted(Mail.objects.values_list("kind", flat=True)) == ["order_received", "payment_returned"]
    tidying.look(payment, now=clock())
    assert Payment.objects.count() == 2 and Refund.objects.count() == 1, "asking again finds nothing new"


def test_paid_at_two_tries_gives_the_second_back(started, clock):
    first, old = started()
    Payment.objects.filter(pk=first.pk).update(state="authorised")  # so that a second try is opened
    clock.goes_on(seconds=1)
    second, new = started(first.order)
    assert first.pk != second.pk
    bank.pay(old, now=clock())
    bank.pay(new, now=clock())
    tidying.look(second, now=clock())
    tidying.look(Payment.objects.get(pk=first.pk), now=clock())
    assert Order.objects.get().state == "placed"
    assert Refund.objects.get().payment_id == first.pk and Mail.objects.filter(kind="payment_returned").count() == 1


def test_going_on_in_another_tab_is_the_same_try(started, clock):
    first, _ = started()
    second, _ = started(first.order)
    assert first.pk == second.pk


def test_a_declined_card_can_be_tried_again(started, clock):
    payment, session = started()
    bank.decline(session, now=clock())
    tidying.look(payment, now=clock.goes_on(seconds=5))
    payment.refresh_from_db()
    assert payment.state == "failed" and Order.objects.get().state == "awaiting_payment"
    again, session = started(payment.order)
    bank.pay(session, now=clock())
    tidying.look(again, now=clock())
    assert again.pk != payment.pk and Order.objects.get().state == "placed" and not Refund.objects.exists()


def test_an_approved_payment_is_taken_while_the_order_can_be_placed(started, clock):
    payment, session = started()
    bank.approve(session, now=clock())
    tidying.look(payment, now=clock())
    assert Order.objects.get().state == "placed"
    tidying.look(Payment.objects.get(), now=clock())
    assert session.charges.count() == 1, "taken once"


def test_an_approved_payment_is_let_go_when_the_time_is_over(started, clock):
    payment, session = started()
    bank.approve(session, now=clock())
    tidying.look(payment, now=clock.goes_on(minutes=16))
    assert not session.charges.exists() and Payment.objects.get().state == "cancelled"


def test_a_lost_notice_is_found_by_asking(started, clock):
    payment, session = started()
    bank.pay_notice_lost(session, now=clock())
    tidying.tidy(clock)
    assert Order.objects.get().state == "awaiting_payment", "it is not asked for at once"
    clock.goes_on(seconds=31)
    tidying.tidy(clock)
    assert Order.objects.get().state == "placed" and Mail.objects.count() == 1


def test_a_lost_notice_is_found_before_the_order_expires(started, clock):
    """The schedule slept, and the customer paid in the last minute: nobody is told that nothing was charged."""
    payment, session = started()
    tidying.tidy(clock)
    clock.goes_on(minutes=14)
    bank.pay_notice_lost(session, now=clock())
    clock.goes_on(minutes=2)
    tidying.tidy(clock)
    assert Order.objects.get().state == "placed"
    assert [mail.kind for mail in Mail.objects.all()] == ["order_received"]


def test_no_order_can_be_paid_by_a_gateway_that_is_switched_off(awaiting, clock, settings):
    from shop.payments.gateways import NoSuchGateway

    order = awaiting()
    settings.TEST_BANK = False
    with pytest.raises(NoSuchGateway):
        operations.start(order, "test", now=clock(), back=str)
    assert not Payment.objects.exists()


def test_the_database_lets_nobody_give_back_more_than_was_taken(started, clock, together):
    from django.db import transaction

    from shop.payments.refunds import MoreThanCaptured, give_back

    payment, session = started()
    bank.pay(session, now=clock())
    tidying.look(payment, now=clock())
    payment.refresh_from_db()

    def ten(n):
        try:
            with transaction.atomic():
                give_back(Payment.objects.get(pk=payment.pk), 10, cause=f"c{n}", reason="x", now=clock())
        except MoreThanCaptured:
            return 0
        return 10

    assert sum(together(*[lambda n=n: ten(n) for n in range(6)])) == 20
    payment.refresh_from_db()
    assert payment.refunded == 20 and Refund.objects.count() == 2
    with pytest.raises(DatabaseError), transaction.atomic():
        Payment.objects.update(refunded=26)
