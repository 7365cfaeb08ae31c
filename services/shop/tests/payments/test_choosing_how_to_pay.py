"""Several gateways: offered with plain words at checkout and on the pay page, each only for its currencies."""

import os
import subprocess
import sys
from decimal import Decimal

import pytest
from shopping import ADDRESS, checkout_form, log_in, put_in_cart, text
from shopping import order as place

from shop.orders.models import Order
from shop.payments.gateways.base import GatewayUnavailable
from shop.payments.models import Payment

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("transfers")]


@pytest.fixture
def cart(client, make_book, store):
    store.free = {1: 9}
    put_in_cart(client, make_book(1), 2)


def pay_page(**query):
    return f"/orders/{Order.objects.latest('placed_at').number}/pay/"


def test_every_open_way_is_named_at_checkout_and_only_those(client, cart, paypal, zarinpal):
    page = text(client.get("/checkout/"))
    assert "Pay on delivery" in page and "PayPal. You pay at PayPal" in page and "Bank transfer." in page
    assert "Test bank. For trying the shop" in page and "Zarinpal" not in page, "which takes no euros"
    assert place(client, payment="zarinpal").status_code == 400


def test_a_cart_in_rials_is_paid_at_zarinpal(client, make_book, store, paypal, zarinpal):
    store.free = {3: 9}
    put_in_cart(client, make_book(3, price=Decimal("125000.00"), currency="IRR"))
    page = text(client.get("/checkout/"))
    assert "Zarinpal. You pay at Zarinpal" in page and "PayPal" not in page and "Bank transfer" not in page


def test_who_has_chosen_a_way_is_led_to_it_without_being_asked_again(client, cart, paypal):
    page = place(client, payment="paypal").content.decode()
    assert "You pay at" in page and Payment.objects.get().gateway == "paypal"


def test_the_test_bank_opens_at_once_and_a_form_sent_twice_is_one_try(client, cart, paypal):
    form = checkout_form(client, payment="test")
    answers = [client.post("/checkout/", form) for _ in range(2)]
    assert answers[0].url.startswith("/test-bank/") and answers[0].url == answers[1].url
    assert Payment.objects.count() == Order.objects.count() == 1


def test_the_chosen_way_comes_first_on_the_pay_page_and_the_others_stay(client, cart, paypal):
    place(client, payment="paypal")
    page = text(client.get(f"{pay_page()}?gateway=paypal"))
    assert page.index("Pay with PayPal") < page.index("Pay by bank transfer") < page.index("Pay with Test bank")
    page = text(client.get(f"{pay_page()}?gateway=test"))
    assert page.index("Pay with Test bank") < page.index("Pay with PayPal")
    assert client.get(f"{pay_page()}?gateway=%00nonsense").status_code == 200


def test_a_way_that_does_not_answer_leads_to_the_list_of_ways_and_says_so(client, cart, paypal, monkeypatch):
    def away(*args, **options):
        raise GatewayUnavailable("no answer")

    monkeypatch.setattr("shop.payments.gateways.paypal.gateway.PayPal.start", away)
    answer = place(client, payment="paypal")
    assert answer.url == f"{pay_page()}?gateway=paypal"
    page = text(client.get(answer.url))
    assert "does not answer at the moment" in page and "Pay with Test bank" in page


def test_pay_now_without_a_name_leaves_the_choice_to_the_pay_page(client, cart, paypal):
    assert place(client, payment="prepaid").url == pay_page()


def test_paying_elsewhere_goes_by_a_page_that_goes_on_by_itself(client, cart, paypal):
    """Chromium would hold a redirect, and all that follow it, against form-action."""
    place(client, payment="paypal")
    answer = client.post(f"{pay_page()}start/", {"gateway": "paypal"})
    page = answer.content.decode()
    reference = Payment.objects.get().reference
    assert answer.status_code == 200 and "no-store" in answer["Cache-Control"]
    assert f'content="0;url={paypal.url}/checkoutnow?token={reference}"' in page
    assert f'href="{paypal.url}/checkoutnow?token={reference}"' in page
    assert "form-action 'self'" in answer["Content-Security-Policy"]


def test_giving_up_at_paypal_leaves_the_order_payable(client, cart, paypal):
    place(client, payment="paypal")
    client.post(f"{pay_page()}start/", {"gateway": "paypal"})
    payment = Payment.objects.get()
    back = f"/orders/{payment.order_id}/paid/{payment.key}/?token={payment.reference}"
    assert "No payment has arrived yet. You can still pay." in text(client.get(back, follow=True))
    assert "You came back from another payment" in text(client.get(f"{back}9", follow=True))


def test_declined_at_one_and_paid_at_another(client, cart, paypal):
    place(client, payment="paypal")
    client.post(f"{pay_page()}start/", {"gateway": "paypal"})
    payment = Payment.objects.get()
    paypal.approve(payment.reference, declines=True)
    back = f"/orders/{payment.order_id}/paid/{payment.key}/?token={payment.reference}&PayerID=P"
    page = text(client.get(back, follow=True))
    assert "Nothing was charged; you can try again, or choose another way" in page
    bank = client.post(f"{pay_page()}start/", {"gateway": "test"}).url
    back = client.post(bank, {"choice": "pay"})
    assert "Your payment arrived" in text(client.get(back.url, follow=True))
    assert not paypal.captures and Order.objects.get().state == "placed"


def test_a_returning_customer_finds_the_way_of_last_time_chosen(client, alice, cart, paypal, make_book, store):
    log_in(client, alice.email)
    form = {name: value for name, value in checkout_form(client, payment="paypal").items() if name != "email"}
    client.post("/checkout/", form)
    client.post(f"{pay_page()}start/", {"gateway": "paypal"})
    put_in_cart(client, make_book(2))
    page = client.get("/checkout/").content.decode()
    ways = [tag.split(">")[0] for tag in page.split("<input") if 'name="payment"' in tag.split(">")[0]]
    (chosen,) = [tag for tag in ways if "checked" in tag]
    assert 'value="paypal"' in chosen and ADDRESS["name"] in page


def test_a_gateway_that_is_set_by_half_keeps_the_shop_from_starting():
    """Rather than failing before the first customer."""
    half = {**os.environ, "PAYPAL_CLIENT_ID": "client", "PAYPAL_CLIENT_SECRET": "secret"}
    started = subprocess.run([sys.executable, "-c", "import shop.settings"], env=half, capture_output=True, text=True)
    assert started.returncode and "PAYPAL_MERCHANT_ID and PAYPAL_WEBHOOK_ID" in started.stderr
