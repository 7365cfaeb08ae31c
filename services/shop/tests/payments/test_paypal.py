"""PayPal against a peer that speaks its contract over HTTP: create, approve, capture, refund, notices, and all that fails."""

from decimal import Decimal

import pytest

from shop.notifications.models import Mail
from shop.orders.models import Order
from shop.outbox.models import Deliverable
from shop.payments import operations, refunds, tidying
from shop.payments.gateways import line
from shop.payments.gateways.base import GatewayRefused, GatewayUnavailable
from shop.payments.gateways.paypal import api
from shop.payments.models import Payment, PaymentEvent, Refund

pytestmark = pytest.mark.django_db(transaction=True)
NOTICES = "/payments/notices/paypal/"


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
