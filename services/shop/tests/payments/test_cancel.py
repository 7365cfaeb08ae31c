"""Cancelling by the customer: in each state, too late, twice, and against money that is on its way; and by staff."""

import pytest
from django.contrib.admin.models import LogEntry
from django.db import transaction
from django.test import Client

from shop.notifications.models import Mail
from shop.orders import cancelling, queries
from shop.orders.models import Order
from shop.orders.states import State
from shop.outbox.models import LEASE, OutboxMessage, Topic
from shop.payments import tidying
from shop.payments.gateways.test import bank
from shop.payments.models import Payment, Refund
from shop.storelink import delivery, inbox, statuses
from shop.storelink.delivery import send_orders
from shop.storelink.store import open_store
from store_client import Problem

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def deliver(clock):
    def run():
        with open_store() as store:
            send_orders(store, clock)

    return run


@pytest.fixture
def paid(started, clock):
    """An order that Alice has paid, on its way to the store."""

    def make(**options):
        payment, session = started(**options)
        bank.pay(session, now=clock())
        tidying.look(payment, now=clock())
        return Order.objects.get(pk=payment.order_id)

    return make


@pytest.fixture
def cancel(client, alice, at_its_time):
    """Alice presses the button at the time of the test's clock."""

    def press(order):
        with at_its_time():
            client.force_login(alice)
            return client.post(f"/orders/{order.number}/cancel/", follow=True).content.decode()

    return press


def test_an_unpaid_order_is_cancelled_at_once_and_its_copies_are_free(started, cancel, deliver, store):
    payment, _ = started(quantity=2, in_store=2)
    Order.objects.update(pay_until="2100-01-01T00:00Z")
    page = cancel(payment.order)
    order = Order.objects.get()
    assert order.state == "cancelled" and f"Order {order.reference} is cancelled." in page
    assert Payment.objects.get().state == "cancelled"
    assert [mail.kind for mail in Mail.objects.all()] == ["order_cancelled"]
    assert "You have paid nothing and owe nothing." in Mail.objects.get().text
    deliver()
    assert store.free[1] == 2


def test_money_that_comes_after_a_cancel_goes_back(started, cancel, clock):
    payment, session = started()
    Order.objects.update(pay_until="2100-01-01T00:00Z")
    cancel(payment.order)
    bank.pay(session, now=clock())
    tidying.look(payment, now=clock())
    assert Order.objects.get().state == "cancelled"
    assert str(Refund.objects.get().amount) == "25.00"
    assert sorted(Mail.objects.values_list("kind", flat=True)) == ["order_cancelled", "payment_returned"]


@pytest.mark.parametrize("status", ["", "received", "packing"])
def test_a_placed_order_is_cancelled_by_the_stores_answer_and_paid_back(paid, cancel, deliver, store, clock, status):
    order = paid()
    if status:
        deliver()
        if status == "packing":
            store.move(order.number, "packing")
        with open_store() as line:
            statuses.sync_order_statuses(line, clock)
    page = cancel(order)
    assert "We asked the warehouse to stop your order" in page and not Refund.objects.exists()
    assert Order.objects.get().state == "cancel_requested"
    cancel(order)
    assert OutboxMessage.objects.filter(topic=Topic.ORDER_CANCEL).count() == 1
    deliver()
    assert Order.objects.get().state == "cancelled"
    assert str(Refund.objects.get().amount) == "25.00"
    letter = Mail.objects.get(kind="order_cancelled")
    assert "€25.00 goes back to you" in letter.text
    with open_store() as line:
        statuses.sync_order_statuses(line, clock)
    assert Refund.objects.count() == 1 and Mail.objects.filter(kind="order_cancelled").count() == 1


def test_too_late_is_said_with_the_reason_and_the_order_goes_on(paid, cancel, deliver, store, clock):
    order = paid()
    deliver()
    cancel(order)
    store.move(order.number, "dispatched", shipped=2)
    deliver()
    assert Order.objects.get().state == "shipped" and not Refund.objects.exists()
    assert Mail.objects.filter(kind="order_shipped").count() == 1


def test_a_cancel_that_is_refused_for_another_reason_puts_the_order_back(paid, cancel, deliver, store, clock):
    order = paid()
    deliver()
    cancel(order)
    with transaction.atomic(durable=True):
        inbox.cancel_refused(order.number, reason="The parcel is sealed.", now=clock())
    assert Order.objects.get().state == "accepted"
    assert "The parcel is sealed." in Mail.objects.get(kind="order_not_cancelled").text


def test_who_was_told_that_the_parcel_is_sealed_asks_again_once_it_is_open(paid, cancel, deliver, store):
    order = paid()
    deliver()
    store.sealed.add(str(order.number))
    cancel(order)
    deliver()
    assert Order.objects.get().state == "accepted" and not Refund.objects.exists()
    store.sealed.clear()
    for _ in range(2):
        assert "We asked the warehouse to stop your order" in cancel(order)
    deliver()
    order = Order.objects.get()
    assert order.state == "cancelled" and str(Refund.objects.get().amount) == "25.00"
    asked = [path for verb, path in store.requests if path.endswith("/cancel/")]
    assert len(asked) == 2, "once for each question, however often it was pressed"
    assert order.events.filter(state="cancel_requested").count() == 2
    kinds = Mail.objects.filter(kind__contains="cancel").order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["order_not_cancelled", "order_cancelled"]
    assert not OutboxMessage.objects.filter(state="waiting").exists()


def test_a_customer_is_answered_so_often_and_staff_may_ask_on(paid, cancel, deliver, store, clock, olga):
    order = paid()
    deliver()
    store.sealed.add(str(order.number))
    for _ in range(cancelling.MOST_QUESTIONS):
        cancel(order)
        deliver()
    assert "has answered 5 times" in cancel(order)
    assert Order.objects.get().state == "accepted"
    assert Mail.objects.filter(kind="order_not_cancelled").count() == 5
    cancelling.cancel(order, by=olga, now=clock())
    assert OutboxMessage.objects.get(topic=Topic.ORDER_CANCEL).body == {"reason": "The bookshop cancelled the order."}
    store.sealed.clear()
    deliver()
    assert Order.objects.get().state == "cancelled"


def test_two_who_press_at_once_ask_once(paid, deliver, store, clock, together):
    order = paid()
    deliver()
    store.sealed.add(str(order.number))
    cancelling.cancel(order, now=clock())
    deliver()
    together(*[lambda: cancelling.cancel(order, now=clock())] * 2)
    assert order.events.filter(state="cancel_requested").count() == 2
    assert OutboxMessage.objects.filter(topic=Topic.ORDER_CANCEL, state="waiting").count() == 1


def test_a_late_answer_to_the_first_question_does_not_answer_the_second(paid, deliver, store, clock):
    """A sender that lost its claim, and comes back with “too late” when the customer has asked again."""
    order = paid()
    deliver()
    store.sealed.add(str(order.number))
    cancelling.cancel(order, now=clock())
    slow = OutboxMessage.claim_next(now=clock())
    clock.goes_on(seconds=LEASE.seconds + 1)
    deliver()
    assert Order.objects.get().state == "accepted"
    cancelling.cancel(order, now=clock())
    delivery._cancel_refused(slow, Problem(409, "too-late", "Too late to cancel", "It is sealed."), clock)
    assert Order.objects.get().state == "cancel_requested"
    assert Mail.objects.filter(kind="order_not_cancelled").count() == 1
    store.sealed.clear()
    deliver()
    assert Order.objects.get().state == "cancelled"


def test_what_the_store_does_meanwhile_does_not_take_the_wish_back(paid, cancel, deliver, store, clock):
    order = paid()
    deliver()
    cancel(order)
    store.move(order.number, "packing")
    with open_store() as line:
        statuses.sync_order_statuses(line, clock)
    assert Order.objects.get().state == "cancel_requested"


@pytest.mark.parametrize("state", [State.SHIPPED, State.FAILED, State.REJECTED, State.EXPIRED])
def test_what_is_sent_or_over_cannot_be_cancelled(awaiting, cancel, client, state):
    order = awaiting()
    Order.objects.update(state=state)
    assert "cannot be cancelled any more" in cancel(order)
    assert client.get(f"/orders/{order.number}/cancel/").status_code == 302
    assert Order.objects.get().state == state and not OutboxMessage.objects.exists()


def test_a_press_of_a_link_alone_cancels_nothing(awaiting, client, alice):
    order = awaiting()
    Order.objects.update(pay_until="2100-01-01T00:00Z")
    client.force_login(alice)
    assert "Yes, cancel it" in client.get(f"/orders/{order.number}/cancel/").content.decode()
    assert Order.objects.get().state == "awaiting_payment"


def test_nobody_cancels_pays_or_restores_the_order_of_another(awaiting, client, bob):
    """L28; beside it: Alice can."""
    order = awaiting()
    Order.objects.update(pay_until="2100-01-01T00:00Z")
    client.force_login(bob)
    for browser in (client, Client()):
        for path in ("cancel/", "pay/"):
            assert browser.get(f"/orders/{order.number}/{path}").status_code == 404
        for path in ("cancel/", "restore/", "pay/start/"):
            assert browser.post(f"/orders/{order.number}/{path}", {"gateway": "test"}).status_code == 404
    assert Order.objects.get().state == "awaiting_payment" and not Payment.objects.exists()


def test_no_step_of_paying_or_cancelling_is_taken_without_a_csrf_token(awaiting, alice):
    order = awaiting()
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice)
    for path in ("cancel/", "restore/", "pay/start/"):
        assert browser.post(f"/orders/{order.number}/{path}").status_code == 403


def test_what_the_store_rejects_or_fails_is_paid_back_once(paid, deliver, store, clock):
    order = paid(quantity=2, in_store=2)
    store._end_hold(str(order.number), "lapsed")
    store.free[1] = 1
    deliver()
    assert Order.objects.get().state == "rejected"
    assert str(Refund.objects.get().amount) == "25.00"
    assert "€25.00 goes back to you" in Mail.objects.get(kind="order_rejected").text
    with open_store() as line:
        statuses.sync_order_statuses(line, clock)
    assert Refund.objects.count() == 1


def test_a_line_that_falls_short_is_paid_back_in_part_and_told_by_name(paid, deliver, store, clock):
    """W3: book and money are named; what is short at the end is not paid back again."""
    order = paid(quantity=2)
    deliver()
    store.move(order.number, "packing", short=1)
    with open_store() as line:
        statuses.sync_order_statuses(line, clock)
        assert str(Refund.objects.get().amount) == "12.50"
        told = " ".join(Mail.objects.get(kind="order_packing").text.split())
        assert order.lines.get().title in told and "1 of the 2 copies you ordered cannot be sent" in told
        assert "€12.50 goes back to you" in told
        assert Refund.objects.get().reason.startswith("The warehouse cannot deliver")
        store.move(order.number, "dispatched", shipped=1, short=1)
        statuses.sync_order_statuses(line, clock)
    assert Refund.objects.count() == 1 and Payment.objects.get().kept == Refund.objects.get().amount
    assert Order.objects.get().state == "shipped"


def steps_of(order):
    return [step.words for step in queries.timeline(queries.any_order(order.pk))]


def test_an_unpaid_order_that_staff_cancel_is_the_shops_doing(started, cancel, clock, olga):
    payment, _ = started()
    Order.objects.update(pay_until="2100-01-01T00:00Z")
    for _ in range(2):
        cancelling.cancel(payment.order, by=olga, now=clock())
    order = Order.objects.get()
    event = order.events.get(state="cancelled")
    assert (event.actor, event.reason) == ("staff", "The bookshop cancelled the order.")
    letter = Mail.objects.get().text
    assert "The bookshop cancelled the order." in letter and "customer" not in letter
    kept = LogEntry.objects.get()
    assert (kept.user, kept.object_id, kept.change_message) == (olga, str(order.pk), "Cancelled. (API)")


def test_a_placed_order_that_staff_cancel_is_the_shops_doing_in_page_letter_and_warehouse(paid, deliver, clock, olga):
    order = paid()
    deliver()
    cancelling.cancel(order, by=olga, now=clock())
    assert steps_of(order)[-1].startswith("We are cancelling your order.")
    assert OutboxMessage.objects.get(topic=Topic.ORDER_CANCEL).body == {"reason": "The bookshop cancelled the order."}
    assert LogEntry.objects.get().change_message == "Cancelling asked for. (API)"
    deliver()
    assert Order.objects.get().state == "cancelled"
    assert not any("You asked" in words for words in steps_of(order))
    letter = Mail.objects.get(kind="order_cancelled").text
    assert "The bookshop cancelled the order." in letter and "customer" not in letter


def test_what_the_shop_could_not_stop_its_customer_is_not_said_to_have_wanted(paid, deliver, clock, olga):
    order = paid()
    deliver()
    cancelling.cancel(order, by=olga, now=clock())
    with transaction.atomic(durable=True):
        inbox.cancel_refused(order.number, reason="The parcel is sealed.", now=clock())
    letter = Mail.objects.get(kind="order_not_cancelled").text
    assert "We wanted to cancel your order" in letter and "goes on as before." in letter and "asked" not in letter
