"""PayPal's notices at the public door: the true ones are heard once, all others pay nothing (L24, P7.8)."""

import json

import pytest

from shop.notifications.models import Mail
from shop.orders.models import Order
from shop.payments import refunds, tidying
from shop.payments.gateways.base import GatewayRefused
from shop.payments.models import Payment, PaymentNotice, Refund

pytestmark = pytest.mark.django_db(transaction=True)
NOTICES = "/payments/notices/paypal/"


def test_money_that_is_pending_places_nothing_until_it_is_there(approved, paypal, clock, tell, store):
    """Such as a bank debit behind PayPal: by then the time to pay has passed, and the copies are held again."""
    payment = approved()
    paypal.capture_status = "PENDING"
    tidying.look(payment, now=clock())
    tidying.look(payment, now=clock())
    assert Order.objects.get().state == "awaiting_payment" and len(paypal.captures) == 1
    clock.goes_on(hours=1)
    tidying.tidy(clock)
    assert Order.objects.get().state == "expired"
    paypal.clear(next(iter(paypal.captures)))
    assert tell(paypal.told[-1]).status_code == 200
    assert Order.objects.get().state == "placed" and not Refund.objects.exists()


@pytest.mark.parametrize("amount", [("EUR", "24.99"), ("EUR", "0.01"), ("USD", "25.00")])
def test_money_that_differs_all_the_same_goes_back(opened, paypal, clock, tell, amount):
    payment, _ = opened("paypal")
    paypal.take(payment.reference, amount=dict(zip(("currency_code", "value"), amount, strict=True)))
    assert tell(paypal.told[-1]).status_code == 200
    assert Order.objects.get().state == "awaiting_payment" and "was paid instead of" in Order.objects.get().attention
    assert refunds.send_refunds(clock).done == 1
    assert [str(sum_) for sum_ in paypal.refunded.values()] == [amount[1]]


def test_money_for_another_receiver_pays_no_order(opened, paypal, clock, tell):
    payment, _ = opened("paypal")
    paypal.orders[payment.reference]["unit"]["payee"] = {"merchant_id": "SOMEBODY0ELSE"}
    paypal.take(payment.reference)
    with pytest.raises(GatewayRefused, match="SOMEBODY0ELSE"):
        tidying.look(payment, now=clock())
    assert tell(paypal.told[-1]).status_code == 400
    assert Order.objects.get().state == "awaiting_payment"


def test_a_true_notice_places_the_order_without_a_log_in_and_only_once(opened, paypal, tell, settings):
    """L24, P4.6."""
    payment, _ = opened("paypal")
    paypal.take(payment.reference)
    assert tell(paypal.told[-1]).content == b"Thank you.\n"
    assert Order.objects.get().state == "placed"
    for _ in range(3):
        assert tell(paypal.told[-1]).content == b"Known already.\n"
    assert Mail.objects.count() == PaymentNotice.objects.count() == 1
    kept = PaymentNotice.objects.get().body
    assert kept == {"event_type": "PAYMENT.CAPTURE.COMPLETED", "order": payment.reference, "status": "COMPLETED"}


def test_a_notice_of_an_approval_has_the_money_taken_soon(approved, paypal, tell, clock):
    approved()
    assert tell(paypal.told[-1]).status_code == 200
    assert Payment.objects.get().state == "authorised" and not paypal.captures
    clock.goes_on(seconds=1)
    tidying.tidy(clock)
    assert Order.objects.get().state == "placed"


def forged(told, paypal, how):
    headers, raw = dict(told[0]), told[1]
    if how == "signature":
        headers["PayPal-Transmission-Sig"] = "AAAA"
    elif how == "body":
        raw = raw.replace(b"25.00", b"99.00")
    elif how == "written anew":
        raw = json.dumps(json.loads(raw)).encode()
    elif how == "for another webhook":
        headers = paypal.signed(raw, webhook="0AB12345CD678901E")
    elif how == "time":
        headers["PayPal-Transmission-Time"] = "2026-11-21T10:00:01Z"
    elif how == "unsigned":
        headers = {}
    return headers, raw


@pytest.mark.parametrize("how", ["signature", "body", "written anew", "for another webhook", "time", "unsigned"])
def test_a_forged_notice_pays_nothing(opened, paypal, tell, how, caplog):
    """P7.8; beside it, the true one is taken."""
    payment, _ = opened("paypal")
    paypal.take(payment.reference)
    true = paypal.told[-1]
    assert tell(forged(true, paypal, how)).status_code == 400
    assert "was not believed" in caplog.text
    assert Order.objects.get().state == "awaiting_payment" and Payment.objects.get().state == "pending"
    assert tell(true).status_code == 200 and Order.objects.get().state == "placed"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff\xfe{}",
        b'{"id": "WH-1", "event_type": "X"}',
        b'{"id": 1, "event_type": "X", "resource": {}}',
        b'{"id": "WH-1", "event_type": "X", "resource": {"a": NaN}}',
        b"[" * 100_000,
        '{"id": "WH-1", "event_type": "X", "resource": {}}'.encode("utf-16"),
    ],
)
def test_what_is_no_event_is_refused_without_asking_paypal(client, db, paypal, body):
    headers = paypal.signed(body)
    assert client.post(NOTICES, body, "application/json", headers=headers).status_code == 400
    assert not paypal.asked


def test_a_true_event_about_nothing_of_ours_is_thanked_for_or_refused(tell, opened, paypal):
    """Another shop on the same account, an order that is not there, an address in place of a number."""
    payment, _ = opened("paypal")
    paypal.tell("PAYMENT.CAPTURE.REFUNDED", "refund", {"id": "R1"})
    assert tell(paypal.told[-1]).status_code == 200
    for order, status in [("0" * 17, 400), ("../../v1/oauth2/token", 400), ("x" * 60, 400)]:
        paypal.tell("CHECKOUT.ORDER.APPROVED", "checkout-order", {"id": order})
        assert tell(paypal.told[-1]).status_code == status
    for stranger, status in [("order-4711", 400), ("5b2d1c64-5a5e-4a55-9c1c-0d7f3b6b1d11", 404)]:
        other = {**paypal.orders[payment.reference], "id": "OTHER0000000001"}
        other["unit"] = {**other["unit"], "custom_id": stranger}
        paypal.orders[other["id"]] = other
        paypal.take(other["id"])
        assert tell(paypal.told[-1]).status_code == status
        other.pop("captures")
    assert Order.objects.get().state == "awaiting_payment" and not PaymentNotice.objects.exists()


def test_money_for_another_order_at_paypal_with_our_payments_name_pays_nothing(tell, opened, paypal):
    """Somebody opened an order of their own at our account, with the key of another payment."""
    payment, _ = opened("paypal")
    other = {**paypal.orders[payment.reference], "id": "OTHER0000000001"}
    paypal.orders[other["id"]] = other
    paypal.take(other["id"])
    assert tell(paypal.told[-1]).status_code == 400
    assert Order.objects.get().state == "awaiting_payment"


def test_a_notice_that_names_a_payment_of_another_gateway_pays_nothing(tell, opened, paypal, started):
    payment, _ = opened("paypal")
    other, _ = started(payment.order)
    paypal.orders[payment.reference]["unit"]["custom_id"] = str(other.key)
    paypal.take(payment.reference)
    assert tell(paypal.told[-1]).status_code == 404
    assert Order.objects.get().state == "awaiting_payment"


def test_a_notice_that_cannot_be_checked_now_is_to_be_sent_again(tell, opened, paypal):
    payment, _ = opened("paypal")
    paypal.take(payment.reference)
    for where in ("/verify-webhook-signature", "/v2/checkout/orders"):
        paypal.faults.append((where, "down"))
        assert tell(paypal.told[-1]).status_code == 503
    assert tell(paypal.told[-1]).status_code == 200 and Order.objects.get().state == "placed"
