"""Zarinpal against a peer that speaks its contract over HTTP. Its customer's return proves nothing: verify does."""

from decimal import Decimal

import pytest

from shop.notifications.models import Mail
from shop.orders.models import Order
from shop.payments import refunds, tidying
from shop.payments.gateways import NoSuchGateway, line
from shop.payments.gateways.base import GatewayRefused, GatewayUnavailable
from shop.payments.models import Payment, PaymentEvent, Refund

pytestmark = pytest.mark.django_db(transaction=True)
RIALS = {"price": Decimal("125000.00"), "currency": "IRR"}


@pytest.fixture
def paid(opened, zarinpal):
    """A payment that its customer has paid at Zarinpal, and the address where they return to."""

    def make(*args, is_paid=True, **options):
        payment, _ = opened("zarinpal", *args, **(RIALS | options))
        return payment, zarinpal.come_back(payment.reference, is_paid=is_paid)

    return make


def here(url: str) -> str:
    return url.removeprefix("http://shop")


def test_a_customer_is_sent_to_zarinpal_with_whole_rials_that_we_verify_ourselves(opened, zarinpal):
    payment, url = opened("zarinpal", **RIALS)
    assert url == f"{zarinpal.url}/pg/StartPay/{payment.reference}"
    wanted = zarinpal.asked[-1].json
    assert (wanted["amount"], wanted["currency"]) == (250000, "IRR") and type(wanted["amount"]) is int
    assert wanted["metadata"] == {"order_id": str(payment.key), "auto_verify": False}
    assert wanted["callback_url"].endswith(f"/paid/{payment.key}/")


def test_coming_back_verifies_with_the_amount_of_our_own_row(paid, zarinpal, client):
    _, back = paid()
    Order.objects.update(pay_until="2100-01-01T00:00Z")
    page = client.get(here(back), follow=False)
    payment = Payment.objects.get()
    assert page.status_code == 302 and (payment.state, payment.captured) == ("captured", Decimal("250000.00"))
    assert Order.objects.get().state == "placed" and Mail.objects.get().kind == "order_received"
    assert zarinpal.asked[-1].json["amount"] == 250000
    told = PaymentEvent.objects.get(state="captured").reason
    assert str(zarinpal.sessions[payment.reference]["ref_id"]) in told
    client.get(here(back))
    assert Payment.objects.count() == 1 and not Refund.objects.exists()


def test_already_verified_is_success_and_no_second_charge(paid, zarinpal, clock):
    """101: the answer to our first verification was lost."""
    payment, _ = paid()
    zarinpal.faults.append(("verify.json", "lose"))
    with pytest.raises(GatewayUnavailable):
        tidying.look(payment, now=clock())
    assert Order.objects.get().state == "awaiting_payment"
    for _ in range(3):
        tidying.look(Payment.objects.get(), now=clock())
    assert Order.objects.get().state == "placed" and Payment.objects.count() == 1


def test_coming_back_in_several_tabs_at_once_is_one_charge(paid, clock, together):
    paid()
    together(*[lambda: tidying.look(Payment.objects.get(), now=clock())] * 4)
    assert Order.objects.get().state == "placed" and Payment.objects.count() == 1 and Mail.objects.count() == 1


def test_ok_in_the_address_alone_pays_nothing(opened, zarinpal, client):
    payment, _ = opened("zarinpal", **RIALS)
    Order.objects.update(pay_until="2100-01-01T00:00Z")
    client.get(f"/orders/{payment.order_id}/paid/{payment.key}/?Authority={payment.reference}&Status=OK")
    assert Order.objects.get().state == "awaiting_payment" and Payment.objects.get().state == "pending"


def test_the_authority_of_another_payment_changes_nothing(paid, opened, zarinpal, client, caplog):
    """Somebody paid once, and shows it for a dearer order."""
    cheap, back = paid(quantity=1)
    dear, _ = opened("zarinpal", pk=2, quantity=5, **RIALS)
    Order.objects.update(pay_until="2100-01-01T00:00Z")
    asked = len(zarinpal.asked)
    address = f"/orders/{dear.order_id}/paid/{dear.key}/?Authority={cheap.reference}&Status=OK"
    assert client.get(address).status_code == 302
    assert "came back to the payment" in caplog.text and len(zarinpal.asked) == asked
    assert set(Order.objects.values_list("state", flat=True)) == {"awaiting_payment"}
    client.get(here(back))
    assert Order.objects.get(pk=cheap.order_id).state == "placed"
    assert Order.objects.get(pk=dear.order_id).state == "awaiting_payment"


def test_a_payment_for_another_amount_is_refused_by_verification(paid, zarinpal, clock):
    payment, _ = paid()
    zarinpal.sessions[payment.reference]["amount"] = 1000
    with pytest.raises(GatewayRefused, match="-50"):
        tidying.look(payment, now=clock())
    assert Order.objects.get().state == "awaiting_payment" and not Payment.objects.get().captured


def test_a_declined_card_is_told_and_another_try_pays(paid, zarinpal, client, clock, at_its_time):
    first, back = paid(is_paid=False)
    with at_its_time():
        answer = client.get(here(back))
    assert answer.url == f"/orders/{first.order_id}/pay/" and Payment.objects.get().state == "failed"
    clock.goes_on(seconds=1)
    second, back = paid(first.order)
    assert second.reference != first.reference
    with at_its_time():
        client.get(here(back))
    assert Order.objects.get().state == "placed"


def test_money_that_came_too_late_is_not_verified_so_that_it_goes_back_by_itself(paid, zarinpal, clock):
    payment, _ = paid()
    tidying.look(payment, now=clock.goes_on(minutes=16))
    assert zarinpal.sessions[payment.reference]["status"] == "PAID", "not verified"
    assert Payment.objects.get().state == "cancelled" and not Refund.objects.exists()


def test_a_customer_who_closed_the_window_after_paying_is_served_by_the_schedule(paid, clock):
    """Zarinpal sends no notices: asking is the only way."""
    paid()
    clock.goes_on(seconds=31)
    tidying.tidy(clock)
    assert Order.objects.get().state == "placed"


def test_going_on_in_another_tab_is_the_same_authority(opened, zarinpal):
    first, url = opened("zarinpal", **RIALS)
    second, again = opened("zarinpal", first.order)
    assert (first.pk, url) == (second.pk, again) and len(zarinpal.sessions) == 1


def test_two_tabs_at_once_send_the_customer_to_one_authority_that_we_know(awaiting, opened, zarinpal, together):
    """Each request makes an authority at Zarinpal; money at one that nobody noted would be lost."""
    order = awaiting(**RIALS)
    urls = {url for _, url in together(*[lambda: opened("zarinpal", Order.objects.get())] * 4)}
    assert urls == {f"{zarinpal.url}/pg/StartPay/{Payment.objects.get().reference}"} and order.pk


@pytest.mark.parametrize("fault", ["hang", "down", "limit", "garbage", "redirect", "lose"])
@pytest.mark.parametrize("where", ["request.json", "inquiry.json", "verify.json"])
def test_a_zarinpal_in_trouble_loses_nothing(paid, opened, awaiting, zarinpal, clock, monkeypatch, fault, where):
    monkeypatch.setattr(line, "READ_S", 0.3)
    zarinpal.faults.append((where, fault))
    order = awaiting(**RIALS)
    if where == "request.json":
        with pytest.raises(GatewayUnavailable):
            opened("zarinpal", order)
    payment, _ = paid(order)
    if where != "request.json":
        with pytest.raises(GatewayUnavailable):
            tidying.look(payment, now=clock())
    tidying.look(Payment.objects.get(), now=clock())
    assert Order.objects.get().state == "placed" and Payment.objects.count() == 1


@pytest.mark.parametrize("status", [200, 422])
def test_its_errors_are_read_from_the_body_whatever_the_status(opened, zarinpal, clock, settings, status):
    zarinpal.error_status = status
    settings.ZARINPAL_MERCHANT_ID = "00000000-0000-0000-0000-000000000000"
    with pytest.raises(GatewayRefused, match="-10, Terminal is not valid"):
        opened("zarinpal", **RIALS)
    settings.ZARINPAL_MERCHANT_ID = zarinpal.merchant
    payment, _ = opened("zarinpal", Order.objects.get())
    zarinpal.sessions.clear()
    tidying.look(payment, now=clock())
    assert Payment.objects.get().state == "cancelled"


def test_only_rials_and_tomans_are_paid_there_and_no_parts_of_them(opened, zarinpal):
    with pytest.raises(NoSuchGateway):
        opened("zarinpal")
    with pytest.raises(GatewayRefused, match="no parts"):
        opened("zarinpal", pk=2, quantity=1, price=Decimal("125000.50"), currency="IRR")
    opened("zarinpal", pk=3, quantity=1, price=Decimal("12500.00"), currency="IRT")
    assert zarinpal.asked[-1].json["currency"] == "IRT"


def test_a_refund_asks_a_person_who_writes_down_what_was_done(paid, started, zarinpal, clock, client, olga, make_user):
    """Zarinpal's API has no way to give back once and no more."""
    payment, _ = paid()
    Order.objects.update(state="cancelled")
    from shop.payments import operations
    from shop.payments.gateways.base import Charge, Report, Standing

    charge = Charge(payment.reference, payment.amount, "IRR")
    operations.hear(payment.key, Report(Standing.OPEN, (charge,)), now=clock())
    assert refunds.send_refunds(clock).refused == 1
    refund = Refund.objects.get()
    assert payment.reference in refund.last_error and "Zarinpal's panel" in refund.last_error
    assert Order.objects.get().attention == "A refund has to be given back by hand."
    wish = {"action": "given_back", "_selected_action": [refund.pk]}
    client.force_login(make_user("Dan", is_staff=True))
    assert client.post("/admin/payments/refund/", {**wish, "apply": "1", "reference": "x"}).status_code == 403
    client.force_login(olga)
    assert "Where it is written down" in client.post("/admin/payments/refund/", wish).content.decode()
    assert client.post("/admin/payments/refund/", {**wish, "apply": "1", "reference": " "}).status_code == 400
    assert Refund.objects.get().stage == "failed"
    page = client.post("/admin/payments/refund/", {**wish, "apply": "1", "reference": "Panel 4711"}, follow=True)
    assert "given back by hand, Panel 4711" in page.content.decode()
    refund.refresh_from_db()
    assert (refund.stage, refund.reference) == ("done", "Panel 4711") and not Order.objects.get().attention
    page = client.post("/admin/payments/refund/", {**wish, "apply": "1", "reference": "again"}, follow=True)
    assert "Nothing was changed" in page.content.decode() and Refund.objects.get().reference == "Panel 4711"


def test_zarinpal_sends_no_notices_and_whoever_does_is_not_believed(client, db, zarinpal):
    assert client.post("/payments/notices/zarinpal/", b"{}", "application/json").status_code == 400
    assert not zarinpal.asked
