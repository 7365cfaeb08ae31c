"""Giving up: the customer hears, the money goes back, and the warehouse packs nothing that was given up here."""

import pytest
from django.contrib.admin.models import LogEntry
from django.utils import timezone
from shopping import text

from shop.notifications.models import Mail
from shop.orders import cancelling
from shop.outbox.models import OutboxMessage, Topic
from shop.outbox.operations import send_again
from shop.payments.models import Payment, Refund
from shop.storelink.models import SetAside
from shop.storelink.statuses import sync_order_statuses
from shop.storelink.store import open_store

pytestmark = pytest.mark.django_db

REASON = "The warehouse is closed for good."


def message(topic=Topic.ORDER_PLACED) -> OutboxMessage:
    return OutboxMessage.objects.get(topic=topic)


@pytest.fixture
def give_up(owner):
    def press(row, kind="message", reason=REASON):
        return text(owner.post(f"/admin/sync/give-up/{kind}/{row.pk}/", {"reason": reason}, follow=True))

    return press


@pytest.fixture
def hear(store):
    def run():
        with open_store() as line:
            return sync_order_statuses(line, timezone.now)

    return run


def letters(order) -> list[str]:
    return list(Mail.objects.filter(key=str(order.number)).order_by("id").values_list("kind", flat=True))


def test_an_order_that_was_never_sent_is_cancelled_and_its_customer_told_why(give_up, place, olga, deliver, store):
    order = place()
    page = give_up(message())
    order.refresh_from_db()
    assert "The order is cancelled" in page
    assert (order.state, order.reason) == ("cancelled", REASON)
    assert order.attention == f"Given up by olga@example.org: {REASON}"
    assert order.events.get(version=2).actor == "staff"
    assert letters(order) == ["order_received", "order_cancelled"]
    assert REASON in Mail.objects.get(kind="order_cancelled").text
    assert message().state == "given up" and "olga@example.org" in message().last_error
    assert LogEntry.objects.get().user == olga and REASON in LogEntry.objects.get().change_message
    deliver()
    assert not store.orders


def test_what_was_paid_goes_back(give_up, place):
    order = place()
    type(order).objects.update(payment="prepaid")
    fields = {"state": "captured", "captured": order.total, "captured_currency": "EUR", "charge": "c1"}
    now = timezone.now()
    Payment.objects.create(
        order=order, gateway="test", amount=order.total, currency="EUR", created_at=now, settled_at=now, captured_at=now,
        **fields,
    )  # fmt: skip
    give_up(message())
    assert Refund.objects.get().amount == order.total
    assert "€12.50 goes back to you" in Mail.objects.get(kind="order_cancelled").text


def test_a_store_that_got_the_order_all_the_same_cancels_it_and_nothing_is_set_aside(
    give_up, place, deliver, hear, store
):
    """The store took the order and its answer was lost; then a person gave it up."""
    order = place()
    store.faults.append("swallow")
    deliver()
    assert str(order.number) in store.orders and message().state == "waiting"
    give_up(message())
    assert deliver().sent == 1, "the cancelling"
    hear()
    order.refresh_from_db()
    assert store.events_of(str(order.number))[-1]["status"] == "cancelled"
    assert order.state == "cancelled" and not SetAside.objects.exists()
    assert letters(order) == ["order_received", "order_cancelled"], "told once"


def test_a_store_that_has_sent_the_order_already_is_shown_to_a_person(give_up, place, deliver, hear, store):
    order = place()
    store.faults.append("swallow")
    deliver()
    give_up(message())
    store.move(order.number, "dispatched", shipped=1)
    deliver()
    hear()
    assert "cannot go from cancelled to shipped" in SetAside.objects.get().reason


def test_a_message_that_is_being_sent_at_this_moment_is_not_given_up(give_up, place):
    place()
    OutboxMessage.claim_next(now=timezone.now())
    assert "is being sent at this moment" in give_up(message())
    assert message().state == "waiting"
    assert not LogEntry.objects.exists()


def test_a_sender_that_lost_its_lease_cannot_close_what_was_given_up(give_up, place):
    place()
    sender = OutboxMessage.claim_next(now=timezone.now())
    OutboxMessage.objects.update(leased_until=timezone.now())
    give_up(message())
    assert not sender.mark_sent(now=timezone.now())
    assert message().state == "given up"


def test_an_order_that_had_gone_on_already_stays_as_it_is(give_up, place, deliver, hear, store):
    order = place()
    store.faults.append("swallow")
    deliver()
    hear()
    assert "had gone on already" in give_up(message())
    order.refresh_from_db()
    assert order.state == "accepted" and letters(order) == ["order_received", "order_accepted"]
    assert not OutboxMessage.objects.filter(topic=Topic.ORDER_CANCEL).exists()


def test_a_given_up_order_is_not_sent_again(give_up, place):
    place()
    give_up(message())
    assert send_again(OutboxMessage.objects.all(), now=timezone.now()) == 0


def test_a_cancelling_that_is_given_up_lets_the_order_go_on_and_says_so(give_up, place, deliver):
    order = place()
    deliver()
    cancelling.cancel(order, now=timezone.now())
    assert "The order goes on" in give_up(message(Topic.ORDER_CANCEL))
    order.refresh_from_db()
    assert order.state == "accepted"
    assert letters(order)[-1] == "order_not_cancelled" and REASON in Mail.objects.last().text


def test_a_letter_is_given_up_and_noted(give_up, place):
    place()
    mail = Mail.objects.get()
    assert "The letter is given up." in give_up(mail, "mail", "The address is wrong; I phoned.")
    mail.refresh_from_db()
    assert mail.state == "given up" and "I phoned" in mail.last_error


def test_a_refund_that_is_given_up_leaves_the_order_marked(give_up, place):
    order, now = place(), timezone.now()
    paid = {"captured": 5, "captured_currency": "EUR", "charge": "c1", "state": "captured"}
    payment = Payment.objects.create(order=order, gateway="test", amount=5, currency="EUR", created_at=now, **paid)
    fields = {"amount": 5, "reason": "late", "next_at": now, "created_at": now}
    refund = Refund.objects.create(key="refund:1:late", payment=payment, state="refused", **fields)
    assert "given up" in give_up(refund, "refund", "Paid back by hand.")
    order.refresh_from_db()
    assert "Paid back by hand." in order.attention


def test_what_was_given_up_is_no_longer_called_undelivered(give_up, place, capsys):
    from django.core.management import call_command

    place()
    give_up(message())
    give_up(Mail.objects.get(kind="order_received"), "mail")
    Mail.objects.exclude(kind="order_received").update(state="sent")
    OutboxMessage.objects.filter(state="waiting").update(state="sent")
    call_command("outbox", "list")
    assert "Everything has been delivered." in capsys.readouterr().out
