"""PayPal against a peer that speaks its contract over HTTP: create, approve, capture, refund, notices, and all that fails."""

import json
from decimal import Decimal

import pytest

from shop.notifications.models import Mail
from shop.orders.models import Order
from shop.outbox.models import Deliverable
from shop.payments import operations, refunds, tidying
from shop.payments.gateways import line
from shop.payments.gateways.base import GatewayRefused, GatewayUnavailable
from shop.payments.gateways.paypal import api
from shop.payments.models import Payment, PaymentEvent, PaymentNotice, Refund

pytestmark = pytest.mark.django_db(transaction=True)
NOTICES = "/payments/notices/paypal/"


@pytest.fixture
def approved(opened, paypal):
    """A payment that its customer has approved at PayPal."""

    def make(*args, declines=False, **options):
        payment, _ = opened("paypal", *args, **options)
        paypal.approve(payment.reference, declines=declines)
        return payment

    return make


@pytest.fixture
def tell(client, at_its_time):
    """PayPal posts a notice at the public door, without a log-in."""

    def post(told):
        headers, raw = told
        with at_its_time():
            return client.post(NOTICES, raw, "application/json", headers=headers)

    return post


def the_only_charge(paypal):
    (capture,) = paypal.captures.values()
    return capture


def test_a_customer_is_sent_to_paypal_with_what_is_to_be_paid_and_to_whom(opened, paypal):
    payment, url = opened("paypal")
    assert url == f"{paypal.url}/checkoutnow?token={payment.reference}"
    asked = paypal.asked[-1]
    assert asked.headers["PayPal-Request-Id"] == str(payment.key)
    wanted = asked.json
    assert wanted["intent"] == "CAPTURE"
    (unit,) = wanted["purchase_units"]
    assert unit["amount"] == {"currency_code": "EUR", "value": "25.00"}
    assert (unit["custom_id"], unit["payee"]) == (str(payment.key), {"merchant_id": paypal.merchant})
    assert payment.state == "pending" and not paypal.captures


def test_the_money_is_taken_last_and_the_order_placed_with_it(approved, paypal, clock):
    payment = approved()
    assert not paypal.captures, "an approval takes nothing"
    tidying.look(payment, now=clock())
    payment.refresh_from_db()
    assert (payment.state, payment.captured, payment.charge) == (
        "captured",
        Decimal("25.00"),
        the_only_charge(paypal)["id"],
    )
    assert Order.objects.get().state == "placed" and Mail.objects.get().kind == "order_received"
    tidying.look(payment, now=clock())
    assert len(paypal.captures) == 1 and Payment.objects.count() == 1


def test_coming_back_in_several_tabs_at_once_takes_the_money_once(approved, paypal, clock, together):
    payment = approved()
    together(*[lambda: tidying.look(Payment.objects.get(), now=clock())] * 4)
    assert len(paypal.captures) == 1 and Order.objects.get().state == "placed" and Mail.objects.count() == 1
    assert payment.reference and not Refund.objects.exists()


def test_a_lost_answer_to_the_capture_is_asked_for_and_not_captured_again(approved, paypal, clock):
    """The outcome is unknown to us: the order at PayPal tells it."""
    payment = approved()
    paypal.faults.append(("/capture", "lose"))
    with pytest.raises(GatewayUnavailable):
        tidying.look(payment, now=clock())
    assert Order.objects.get().state == "awaiting_payment"
    tidying.look(Payment.objects.get(), now=clock())
    assert Order.objects.get().state == "placed" and len(paypal.captures) == 1
    assert paypal.count("POST", "/capture") == 1, "it was not even tried"


def test_a_capture_whose_outcome_stays_unknown_is_repeated_under_its_first_number(approved, paypal, clock):
    payment = approved()
    paypal.faults.extend([("/capture", "down"), ("/capture", "lose")])
    for _ in range(2):
        with pytest.raises(GatewayUnavailable):
            tidying.look(payment, now=clock())
    tidying.look(payment, now=clock())
    sent = [asked.headers["PayPal-Request-Id"] for asked in paypal.asked if asked.path.endswith("/capture")]
    assert len(sent) == 2 and len(set(sent)) == 1 and len(paypal.captures) == 1


@pytest.mark.parametrize("fault", ["hang", "down", "limit", "garbage", "redirect", "lose"])
@pytest.mark.parametrize("where", ["/oauth2/token", "/v2/checkout/orders"])
def test_a_paypal_in_trouble_is_said_in_a_sentence_and_the_order_stays_payable(
    client, alice, awaiting, paypal, clock, monkeypatch, fault, where
):
    monkeypatch.setattr(line, "READ_S", 0.3)
    order = awaiting()
    Order.objects.update(pay_until="2100-01-01T00:00Z")
    client.force_login(alice)
    paypal.faults.append((where, fault))
    answer = client.post(f"/orders/{order.pk}/pay/start/", {"gateway": "paypal"}, follow=True)
    assert "This way to pay does not answer at the moment" in answer.content.decode()
    assert Payment.objects.get().state == "created"
    answer = client.post(f"/orders/{order.pk}/pay/start/", {"gateway": "paypal"})
    assert "/checkoutnow?token=" in answer.content.decode(), "and then it works"
    assert Payment.objects.count() == 1 and len(paypal.orders) == 1, "a lost answer opens nothing twice"


def test_no_redirect_is_followed_and_no_other_host_is_asked_or_offered(opened, awaiting, paypal, clock, monkeypatch):
    paypal.faults.append(("/v2/checkout/orders", "redirect"))
    with pytest.raises(GatewayUnavailable, match="307"):
        opened("paypal")
    view = paypal._view
    monkeypatch.setattr(
        paypal,
        "_view",
        lambda order: {**view(order), "links": [{"rel": "payer-action", "href": "https://paypal.example/x"}]},
    )
    with pytest.raises(GatewayUnavailable, match="where to pay"):
        opened("paypal", Order.objects.get())


def test_one_token_serves_until_its_end_and_a_withdrawn_one_is_fetched_anew(opened, approved, paypal, clock):
    opened("paypal")
    payment = approved(Order.objects.get())
    assert paypal.count("POST", "/oauth2/token") == 1
    paypal.tokens.clear()
    tidying.look(payment, now=clock())
    assert paypal.count("POST", "/oauth2/token") == 2 and Order.objects.get().state == "placed"
    api.forget_token()
    paypal.secret = "changed"
    with pytest.raises(GatewayUnavailable, match="PAYPAL_CLIENT_SECRET"):
        tidying.look(payment, now=clock())


def test_a_declined_card_is_told_and_another_way_pays(approved, opened, paypal, zarinpal, started, clock):
    payment = approved(declines=True)
    tidying.look(payment, now=clock())
    payment.refresh_from_db()
    assert payment.state == "failed" and not paypal.captures
    assert PaymentEvent.objects.get(state="failed").reason == "INSTRUMENT_DECLINED"
    other, session = started(payment.order)
    from shop.payments.gateways.test import bank

    bank.pay(session, now=clock())
    tidying.look(other, now=clock())
    assert Order.objects.get().state == "placed"


def test_a_declined_payment_is_not_taken_later_behind_the_customers_back(approved, paypal, clock):
    """They were told that it failed, and may be paying in another way."""
    payment = approved(declines=True)
    tidying.look(payment, now=clock())
    paypal.approve(payment.reference)
    tidying.look(Payment.objects.get(), now=clock())
    assert not paypal.captures and Order.objects.get().state == "awaiting_payment"


def test_an_approval_that_comes_too_late_is_never_taken(approved, paypal, clock):
    payment = approved()
    tidying.look(payment, now=clock.goes_on(minutes=16))
    assert not paypal.captures and Payment.objects.get().state == "cancelled"


def test_a_customer_who_closed_the_window_after_approving_is_served_by_the_schedule(approved, paypal, clock):
    approved()
    clock.goes_on(seconds=31)
    tidying.tidy(clock)
    assert Order.objects.get().state == "placed"


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
    paypal.clear(the_only_charge(paypal)["id"])
    assert tell(paypal.told[-1]).status_code == 200
    assert Order.objects.get().state == "placed" and not Refund.objects.exists()


def test_a_capture_that_fails_at_paypal_is_a_decline(approved, paypal, clock):
    payment = approved()
    paypal.capture_status = "DECLINED"
    tidying.look(payment, now=clock())
    assert Payment.objects.get().state == "failed" and Order.objects.get().state == "awaiting_payment"


def test_an_order_that_differs_at_paypal_is_not_captured(approved, paypal, clock):
    payment = approved()
    paypal.orders[payment.reference]["unit"]["amount"] = {"currency_code": "EUR", "value": "0.01"}
    with pytest.raises(GatewayRefused, match="it is not taken"):
        tidying.look(payment, now=clock())
    assert not paypal.captures and Order.objects.get().state == "awaiting_payment"


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


@pytest.mark.parametrize(
    ("fault", "states"), [("lose", "sent done done"), ("down", "sent done done"), ("", "done done done")]
)
def test_a_refund_is_given_once_whatever_happens_to_the_answer(opened, paypal, clock, client, fault, states):
    payment, _ = opened("paypal")
    for _ in range(2):
        paypal.take(payment.reference)
    tidying.look(payment, now=clock())
    if fault:
        paypal.faults.append(("/refund", fault))
    seen = []
    for _ in range(3):
        refunds.send_refunds(clock)
        seen.append(str(Refund.objects.get().stage))
        clock.goes_on(minutes=1)
    assert seen == states.split()
    assert list(paypal.refunded.values()) == [Decimal("25.00")]
    (key,) = {asked.headers["PayPal-Request-Id"] for asked in paypal.asked if asked.path.endswith("/refund")}
    assert key == Refund.objects.get().key


def test_a_refund_that_paypal_is_still_at_is_asked_for_hourly(opened, paypal, clock):
    payment, _ = opened("paypal")
    for _ in range(2):
        paypal.take(payment.reference)
    tidying.look(payment, now=clock())
    paypal.refund_status = "PENDING"
    for _ in range(5):
        refunds.send_refunds(clock)
        clock.goes_on(minutes=5)
    assert paypal.count("POST", "/refund") == 1 and Refund.objects.get().stage == "sent"
    paypal.refund_status = "COMPLETED"
    clock.goes_on(hours=1)
    refunds.send_refunds(clock)
    assert Refund.objects.get().stage == "done" and list(paypal.refunded.values()) == [Decimal("25.00")]


def test_a_refund_that_paypal_refuses_is_shown_to_a_person(opened, paypal, clock):
    payment, _ = opened("paypal")
    for _ in range(2):
        paypal.take(payment.reference)
    tidying.look(payment, now=clock())
    paypal.refunded = {number: Decimal("25.00") for number in paypal.captures}  # somebody did it in PayPal's own pages
    assert refunds.send_refunds(clock).refused == 1
    refund = Refund.objects.get()
    assert refund.state == Deliverable.State.REFUSED and "CAPTURE_FULLY_REFUNDED" in refund.last_error
    assert Order.objects.get().attention == "A refund was refused by the gateway."


def test_paypal_takes_whole_yen_and_is_not_offered_for_rials(opened, awaiting, paypal, clock):
    opened("paypal", pk=7, price=Decimal("1200.00"), currency="JPY")
    assert paypal.asked[-1].json["purchase_units"][0]["amount"] == {"currency_code": "JPY", "value": "2400"}
    from shop.payments.gateways import NoSuchGateway

    with pytest.raises(NoSuchGateway):
        opened("paypal", pk=8, price=Decimal("250000.00"), currency="IRR")
    with pytest.raises(GatewayRefused, match="no parts of JPY"):
        opened("paypal", pk=9, quantity=1, price=Decimal("1200.50"), currency="JPY")


def test_paypal_keeps_no_order_for_ever(opened, paypal, clock):
    payment, _ = opened("paypal")
    paypal.orders.clear()
    tidying.look(payment, now=clock())
    assert Payment.objects.get().state == "cancelled" and Order.objects.get().state == "awaiting_payment"


def test_where_it_is_switched_off_there_is_no_paypal(client, awaiting, clock, settings):
    from shop.payments.gateways import NoSuchGateway

    with pytest.raises(NoSuchGateway):
        operations.start(awaiting(), "paypal", now=clock(), back=str)
    assert client.post(NOTICES, b"{}", "application/json").status_code == 404
