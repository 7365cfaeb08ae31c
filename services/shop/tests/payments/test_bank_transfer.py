"""Bank transfer: the order waits for days without its copies; a person books the money, and then they are held again."""

from datetime import timedelta
from decimal import Decimal

import pytest
from shopping import order as place
from shopping import put_in_cart, text

from shop.notifications.models import Mail
from shop.orders.models import Order
from shop.outbox.models import OutboxMessage, Topic
from shop.payments import booking, operations, queries, refunds, tidying
from shop.payments.models import Payment, Refund

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("transfers")]
BOOK = "/admin/payments/payment/"


@pytest.fixture
def book(clock):
    def make(payment, amount="25.00", currency="EUR", reference="2026-11-24/17"):
        return booking.book_transfer(
            payment, amount=Decimal(amount), currency=currency, reference=reference, now=clock()
        )

    return make


def kinds():
    return sorted(Mail.objects.values_list("kind", flat=True))


def test_the_order_waits_for_days_and_the_customer_is_told_where_to_send_the_money(opened, clock):
    payment, url = opened("bank_transfer")
    order = Order.objects.get()
    assert url == f"/bank-transfer/{payment.key}/" and payment.reference == f"Order {order.reference}"
    assert order.pay_until == clock() + timedelta(days=7) and order.state == "awaiting_payment"
    letter = Mail.objects.get()
    for words in ("€25.00", "DE02 1203 0000 0000 2020 51", "Bookshop Ltd", payment.reference, "28 November 2026"):
        assert words in letter.text
    opened("bank_transfer", order)
    assert Payment.objects.count() == Mail.objects.count() == 1, "once, however often it is chosen"
    assert Order.objects.get().pay_until == clock() + timedelta(days=7)


def test_chosen_at_checkout_it_needs_no_further_press(client, make_book, store, settings):
    settings.TEST_BANK, store.free = True, {1: 9}
    put_in_cart(client, make_book(1), 2)
    page = text(client.get("/checkout/"))
    assert "Bank transfer. You send the money yourself, within 7 days" in page and "not set aside" in page
    answer = place(client, payment="bank_transfer")
    payment = Payment.objects.get()
    assert answer.url == f"/bank-transfer/{payment.key}/"
    page = text(client.get(answer.url))
    assert "€25.00" in page and "DE02 1203" in page and payment.reference in page
    assert "Your copies are not set aside meanwhile" in page
    order = text(client.get(f"/orders/{payment.order_id}/"))
    assert "6 days left" in order and "You chose bank transfer" in order
    assert "You chose to send the money by bank transfer" in text(client.get(f"/orders/{payment.order_id}/pay/"))


def test_nobody_else_sees_where_an_order_is_to_be_paid(opened, client, alice, bob):
    """L28"""
    _, url = opened("bank_transfer")
    Order.objects.update(pay_until="2100-01-01T00:00Z")
    assert client.get(url).status_code == 404
    client.force_login(bob)
    assert client.get(url).status_code == 404
    client.force_login(alice)
    assert client.get(url).status_code == 200


def test_money_holds_the_copies_again_and_places_the_order(opened, book, store, clock):
    payment, _ = opened("bank_transfer")
    clock.goes_on(days=3)
    store.lapse(payment.order_id)
    tidying.tidy(clock)
    assert Order.objects.get().state == "awaiting_payment"
    booked = book(payment)
    assert booking.what_came_of_it(booked).endswith("is placed.")
    order = Order.objects.get()
    assert (order.state, order.held) == ("placed", True) and store.holds[str(order.pk)][0] == "held"
    assert kinds() == ["bank_transfer", "order_received"]


def test_money_without_copies_is_given_back_by_a_person(opened, book, store, clock):
    payment, _ = opened("bank_transfer", in_store=2)
    clock.goes_on(days=3)
    store.lapse(payment.order_id)
    store.free[1] = 1
    booked = book(payment)
    order = Order.objects.get()
    assert order.state == "expired" and "not all copies are there any more" in order.attention
    assert "to be given back" in booking.what_came_of_it(booked)
    assert kinds() == ["bank_transfer", "payment_returned"]
    assert refunds.send_refunds(clock).refused == 1
    assert "2026-11-24/17" in Refund.objects.get().last_error
    assert Order.objects.get().attention == "A refund has to be given back by hand."
    assert not OutboxMessage.objects.filter(topic=Topic.ORDER_PLACED).exists()


@pytest.mark.parametrize(("amount", "currency"), [("24.99", "EUR"), ("250.00", "EUR"), ("25.00", "USD")])
def test_a_wrong_amount_places_nothing_and_the_right_one_still_can(opened, book, amount, currency):
    payment, _ = opened("bank_transfer")
    book(payment, amount=amount, currency=currency, reference="1")
    order = Order.objects.get()
    assert order.state == "awaiting_payment" and "instead of €25.00" in order.attention
    book(payment, reference="2")
    assert Order.objects.get().state == "placed" and Refund.objects.count() == 1


def test_one_line_of_the_statement_is_booked_once(opened, book, together):
    first, _ = opened("bank_transfer")
    other, _ = opened("bank_transfer", pk=2)
    book(first)
    for again in (first, other):
        with pytest.raises(booking.AlreadyBooked, match="2026-11-24/17"):
            book(again)
    assert Order.objects.get(pk=other.order_id).state == "awaiting_payment" and Payment.objects.count() == 2


def test_two_people_book_one_line_for_two_orders_at_once(opened, book, together):
    payments = [opened("bank_transfer", pk=pk)[0] for pk in (1, 2)]

    def press(payment):
        try:
            return book(payment)
        except booking.AlreadyBooked:
            return None

    done = together(*[lambda payment=payment: press(payment) for payment in payments])
    assert sum(one is not None for one in done) == 1
    assert sorted(Order.objects.values_list("state", flat=True)) == ["awaiting_payment", "placed"]


def test_not_paid_in_time_it_expires_with_a_letter_and_late_money_revives_it(opened, book, store, clock):
    payment, _ = opened("bank_transfer")
    clock.goes_on(days=7, minutes=6)
    tidying.tidy(clock)
    assert Order.objects.get().state == "expired" and kinds() == ["bank_transfer", "order_expired"]
    book(payment)
    assert Order.objects.get().state == "placed"


def test_money_for_a_cancelled_order_goes_back(opened, book, clock):
    from shop.orders import cancelling

    payment, _ = opened("bank_transfer")
    cancelling.cancel(payment.order, now=clock())
    book(payment)
    assert Order.objects.get().state == "cancelled" and Refund.objects.count() == 1


def test_who_then_pays_at_once_has_the_copies_held_again_and_pays_once(opened, started, book, store, clock):
    from shop.payments.gateways.test import bank

    payment, _ = opened("bank_transfer", in_store=2)
    clock.goes_on(days=1)
    store.lapse(payment.order_id)
    fast, session = started(Order.objects.get())
    assert store.holds[str(payment.order_id)][0] == "held", "no money is asked for copies that are not there"
    assert Order.objects.get().pay_until == clock() + timedelta(minutes=15)
    assert queries.transfer_of(Order.objects.get()) is None, "the page speaks of minutes now"
    bank.pay(session, now=clock())
    tidying.look(fast, now=clock())
    assert Order.objects.get().state == "placed"
    book(payment)
    assert Refund.objects.get().payment.gateway == "bank_transfer", "the money that was not needed goes back"


def test_who_then_is_declined_still_has_the_days_of_the_transfer(opened, started, clock):
    payment, _ = opened("bank_transfer")
    ends = Order.objects.get().pay_until
    clock.goes_on(days=1)
    started(Order.objects.get())
    opened("bank_transfer", Order.objects.get())
    assert Order.objects.get().pay_until == ends and queries.transfer_of(Order.objects.get()) == payment
    assert Mail.objects.count() == 1


def test_who_then_pays_at_once_is_told_that_the_copies_are_gone(opened, store, clock):
    payment, _ = opened("bank_transfer", in_store=2)
    store.lapse(payment.order_id)
    store.free[1] = 0
    with pytest.raises(operations.NotPayable, match="Nothing was charged"):
        operations.start(Order.objects.get(), "test", now=clock(), back=str)


def test_a_store_that_is_away_has_the_money_wait(opened, book, store, clock, settings):
    payment, _ = opened("bank_transfer")
    url, settings.STORE_URL = settings.STORE_URL, "http://127.0.0.1:9"
    booked = book(payment)
    assert "cannot be asked" in booking.what_came_of_it(booked)
    assert Order.objects.get().state == "awaiting_payment" and not Refund.objects.exists()
    settings.STORE_URL = url
    tidying.tidy(clock)
    assert Order.objects.get().state == "placed"


def test_staff_book_the_money_in_the_admin_and_others_cannot(opened, client, olga, make_user, store):
    payment, _ = opened("bank_transfer")
    Order.objects.update(pay_until="2100-01-01T00:00Z")
    wish = {"action": "money_came", "_selected_action": [str(payment.pk)]}
    line = {**wish, "apply": "1", "amount": "25.00", "currency": "EUR", "reference": "2026-11-24/17"}
    from django.contrib.auth.models import Permission

    looks = make_user("Dan", is_staff=True)
    looks.user_permissions.add(Permission.objects.get(codename="view_payment"))
    client.force_login(looks)
    client.post(BOOK, line)
    assert Payment.objects.get().state == "pending"
    client.force_login(olga)
    order = Order.objects.get()
    assert str(payment.pk) in client.get(f"{BOOK}?q=Order+{order.reference}").content.decode()
    page = text(client.post(BOOK, wish))
    assert "€25.00 was asked" in page and "Reference on our statement" in page
    for wrong in ({"amount": "0"}, {"amount": "many"}, {"reference": ""}, {"currency": "euro"}):
        assert client.post(BOOK, {**line, **wrong}).status_code == 400
    assert Payment.objects.get().state == "pending"
    assert f"Order {order.reference} is placed." in text(client.post(BOOK, line, follow=True))
    assert Order.objects.get().state == "placed"
    assert "Nothing was booked" in text(client.post(BOOK, line, follow=True)) and Payment.objects.count() == 1


def test_only_transfers_are_booked_by_hand_and_one_at_a_time(opened, started, client, olga):
    first, _ = opened("bank_transfer")
    second, _ = started(first.order)
    client.force_login(olga)
    both = {"action": "money_came", "_selected_action": [str(first.pk), str(second.pk)]}
    assert "choose one row" in text(client.post(BOOK, both, follow=True))
    one = {"action": "money_came", "_selected_action": [str(second.pk)]}
    assert "Only money that comes by bank transfer" in text(client.post(BOOK, one, follow=True))
