"""W14: a return is asked for once, follows the store's events by version, and its money and letters come once."""

import uuid
from decimal import Decimal

import pytest
from django.db import transaction

from shop.accounts.farewell import StillUnderWay, forget
from shop.notifications.models import Mail
from shop.orders.models import Order
from shop.orders.story import story_of
from shop.outbox.models import OutboxMessage
from shop.payments import refunds
from shop.payments.models import Payment, Refund
from shop.returns import asking, hearing, queries
from shop.returns.models import Return, ReturnEvent
from shop.storelink.models import SetAside
from shop.upkeep.letters_due import facts_of
from store_client import ReturnEvent as Heard

pytestmark = pytest.mark.django_db(transaction=True)


def hear(*events, now):
    with transaction.atomic():
        hearing.apply_events([Heard.parse(event) for event in events], now=now)


def letters() -> list[str]:
    kinds = Mail.objects.order_by("id").values_list("kind", flat=True)
    return [kind for kind in kinds if kind.startswith("return") or kind == "payment_returned"]


def is_told_right(order) -> bool:
    """What happened, seen by the mail matrix: each letter that is due was written, and no other."""
    (facts,) = facts_of([order])
    wanted = {due.slot for due in facts.due if due.wanted and not due.slot.startswith("order:")}
    return wanted == {mail.event for mail in facts.mails if not mail.event.startswith("order:")}


def test_from_asking_to_the_money(shipped, ask, road, store, clock):
    order = shipped(2)
    found = ask(order, 2, words="A torn page.")
    assert OutboxMessage.objects.get(topic="return asked").key == str(found.number)
    road()
    body = store.returns[str(found.number)]
    assert (body["order"], body["why"], body["words"]) == (str(order.number), "damaged", "A torn page.")
    assert body["lines"] == [{"line": 1, "quantity": 2}]
    store.move_return(found.number, "approved")
    store.move_return(found.number, "received", received=1)
    store.move_return(found.number, "received", received=1, restocked=1, refund=1)
    store.move_return(found.number, "received", received=2, restocked=1, refund=1)
    store.move_return(found.number, "closed", received=2, restocked=1, damaged=1, refund=2)
    road()
    road()
    found.refresh_from_db()
    assert (found.state, found.version, found.lines.get().received) == ("closed", 6, 2)
    assert letters() == ["return_asked", "return_approved", "return_received", "payment_returned", "return_closed"]
    assert list(Refund.objects.order_by("id").values_list("amount", flat=True)) == [Decimal("12.50")] * 2
    assert Payment.objects.get().kept == 0, "nothing was charged for delivery here"
    last = Mail.objects.get(kind="return_closed")
    assert "€12.50 goes back to you" in last.subject and "goes back to you for return" in last.text
    assert refunds.send_refunds(clock).done == 2
    assert is_told_right(order)
    story = "\n".join(story_of(order.number))
    assert f"return {found.reference}" in story and "version 6 of return" in story


def test_a_return_asked_for_twice_by_one_form_is_one(shipped, ask, road, store, together):
    order, key = shipped(2), uuid.uuid4()
    outcomes = together(*[lambda: ask(Order.objects.get(), 2, key)] * 3)
    assert len({found.pk for found in outcomes}) == Return.objects.count() == 1
    assert letters() == ["return_asked"]
    store.faults.append("swallow")  # the answer is lost, and it is sent again
    road()
    OutboxMessage.objects.update(next_at=order.placed_at)
    road()
    assert [event["status"] for event in store.return_events] == ["asked"]
    assert OutboxMessage.objects.get(topic="return asked").state == "sent"


def test_two_forms_at_once_never_ask_for_more_than_was_sent(shipped, ask, together):
    shipped(2)

    def attempt():
        try:
            return ask(Order.objects.get(), 2)
        except asking.CannotReturn as refusal:
            return str(refusal)

    outcomes = together(attempt, attempt, attempt)
    assert Return.objects.count() == 1
    assert outcomes.count("Of “Emma 1”, 0 copies can be sent back: the others came back, or are on their way.") == 2


def test_events_that_come_twice_early_or_late_are_applied_once_in_order(shipped, ask, road, store, clock):
    order = shipped(1)
    found = ask(order)
    road()
    approved = store.move_return(found.number, "approved")
    received = store.move_return(found.number, "received", received=1)
    closed = store.move_return(found.number, "closed", received=1, restocked=1, refund=1)
    hear(closed, now=clock())
    found.refresh_from_db()
    assert (found.state, found.version, Refund.objects.count()) == ("asked", 1, 0), "what lies between is on its way"
    hear(received, approved, closed, now=clock())
    hear(approved, closed, now=clock())
    found.refresh_from_db()
    assert (found.state, found.version, Refund.objects.count(), ReturnEvent.objects.count()) == ("closed", 4, 1, 4)
    assert letters() == ["return_asked", "return_approved", "return_received", "return_closed"]
    hear(closed | {"reason": "Another word."}, now=clock())
    assert SetAside.objects.get().reason.startswith("This version was heard before")


def test_feed_and_answer_at_once_write_one_letter(shipped, ask, road, store, together, clock):
    order = shipped(1)
    found = ask(order)
    road()
    events = [store.move_return(found.number, "approved"), store.move_return(found.number, "received", received=1)]
    together(*[lambda: hear(*events, now=clock())] * 3)
    assert letters() == ["return_asked", "return_approved", "return_received"]


def test_a_coupon_is_shared_out_to_the_cent_and_nothing_above_the_captured_goes_back(shipped, ask, road, store, clock):
    order = shipped(3)
    order.lines.update(discount="0.01")  # 37.49 for three copies
    Payment.objects.update(captured="37.49", amount="37.49")
    found = ask(order, 3)
    road()
    for status, number in (("received", 1), ("received", 2), ("closed", 3)):
        store.move_return(found.number, status, received=number, restocked=number, refund=number)
    road()
    amounts = list(Refund.objects.order_by("id").values_list("amount", flat=True))
    assert sum(amounts) == Decimal("37.49") and sorted(amounts) == [
        Decimal("12.49"),
        Decimal("12.50"),
        Decimal("12.50"),
    ]


def test_what_was_given_back_before_is_left_to_a_person(shipped, ask, road, store, clock):
    order = shipped(1)
    Payment.objects.update(refunded="10.00")  # somebody was obliging
    found = ask(order)
    road()
    store.move_return(found.number, "closed", received=1, restocked=1, refund=1)
    road()
    assert Refund.objects.get().amount == Decimal("2.50")
    found.refresh_from_db()
    order.refresh_from_db()
    assert found.by_hand == Decimal("10.00") and "€10.00 for return" in order.attention


def test_what_is_lost_later_is_paid_back_beside_what_came_back(shipped, ask, road, store, clock):
    order = shipped(3)
    found = ask(order)
    road()
    store.move_return(found.number, "closed", received=1, restocked=1, refund=1)
    road()
    order.lines.update(shipped=2, short=1)  # the warehouse finds that one never left
    with transaction.atomic():
        refund = refunds.give_back_unowed(order, list(order.lines.all()), reason="Lost.", now=clock())
    assert (refund.amount, Payment.objects.get().kept) == (Decimal("12.50"), Decimal("12.50"))


def test_who_paid_the_carrier_is_paid_back_by_hand(shipped_on_delivery, ask, road, store):
    order = shipped_on_delivery()
    found = ask(order)
    road()
    store.move_return(found.number, "closed", received=1, damaged=1, refund=1)
    road()
    order.refresh_from_db()
    assert order.attention == f"€12.50 for return {found.reference} to be paid back by hand."
    assert not Refund.objects.exists()
    assert "name the account it is to go to" in Mail.objects.get(kind="return_closed").text
    assert is_told_right(order)


def test_a_refusal_says_why_and_the_copies_can_be_asked_for_again(shipped, ask, road, store):
    order = shipped(1)
    found = ask(order)
    road()
    store.move_return(found.number, "refused", reason="It has been read in the bath.")
    road()
    assert "It has been read in the bath." in Mail.objects.get(kind="return_refused").text
    assert queries.left_to_return(order.lines.all(), queries.returns_of(order)) == {1: 1}
    ask(order)
    assert is_told_right(order)


def test_what_the_store_does_not_have_with_this_customer_ends_the_return(shipped, ask, road, store):
    order = shipped(1)
    store.return_refusal = "too-many"
    found = ask(order)
    road()
    found.refresh_from_db()
    assert (found.state, OutboxMessage.objects.get(topic="return asked").state) == ("refused", "sent")
    assert letters() == ["return_asked", "return_refused"] and is_told_right(order)


def test_a_return_that_the_warehouse_made_is_taken_over(shipped, road, store):
    order, number = shipped(1), uuid.uuid4()
    store.returns[str(number)] = {"order": str(order.number), "why": "unasked", "lines": [{"line": 1, "quantity": 1}]}
    store.move_return(number, "approved")
    store.move_return(number, "received", received=1)
    store.move_return(number, "closed", received=1, restocked=1, refund=1)
    strange = uuid.uuid4()
    store.returns[str(strange)] = {"order": str(order.number), "why": "other", "lines": [{"line": 1, "quantity": 1}]}
    store.move_return(strange, "asked")
    road()
    assert (Return.objects.get().state, Refund.objects.get().amount) == ("closed", Decimal("12.50"))
    assert letters() == ["return_received", "return_closed"] and is_told_right(order)
    assert SetAside.objects.get().reason == "It fits no return and no lines of this order."


@pytest.mark.parametrize(
    ("copies", "days", "said"),
    [(1, 31, "ended on 21 December 2026"), (0, 0, "at least one"), (3, 0, "2 copies can be")],
)
def test_too_late_too_few_and_too_many(shipped, ask, clock, copies, days, said):
    order = shipped(2)
    clock.goes_on(days=days)
    with pytest.raises(asking.CannotReturn, match=said):
        ask(order, copies)
    assert not Return.objects.exists() and letters() == []


def test_an_account_stays_until_its_returns_are_dealt_with(shipped, ask, alice, clock):
    ask(shipped(1))
    with pytest.raises(StillUnderWay, match="sent back are not dealt with"):
        forget(alice, now=clock())
    Return.objects.update(state="refused", words="Torn.")
    forget(alice, now=clock())
    assert Return.objects.get().words == ""
