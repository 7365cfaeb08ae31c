"""Orders and how far they are: what differs is found, told, and set right from its owner's side; no letter twice."""

import json
import uuid
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Sum

from shop.notifications.models import Mail
from shop.orders.models import Order, OrderLine
from shop.orders.states import State
from shop.orders.story import story_of
from shop.outbox.models import OutboxMessage
from shop.storelink.clearing import clear
from shop.storelink.delivery import send_orders
from shop.storelink.models import Comparison, Feed, Retelling, SetAside
from shop.storelink.reconcile import reconcile
from shop.storelink.statuses import sync_order_statuses

pytestmark = pytest.mark.django_db(transaction=True)
ORDERS, STATUSES = "orders", "statuses"
MOVES = {"packing": {"packed": 1}, "dispatched": {"packed": 1, "shipped": 1}, "failed": {"short": 1}, "cancelled": {}}


@pytest.fixture
def sent(place, store, client, clock):
    """Answers an order that the store took and moved on so far, all of it heard."""

    def send(*statuses):
        order = place()
        send_orders(client, clock)
        for status in statuses:
            store.move(order.number, status, **MOVES[status])
        sync_order_statuses(client, clock)
        return order

    return send


@pytest.fixture
def look(client, clock):
    def call(**options):
        return reconcile(client, clock, subjects=[ORDERS, STATUSES], **options)

    return call


@pytest.fixture
def restore(store):
    """Puts the store back to where it had only so many events of some orders; the rest it has forgotten."""

    def back(kept: dict):
        store.events = [e for e in store.events if e["version"] <= kept.get(uuid.UUID(e["order"]), 0)]
        store.orders = {n: body for n, body in store.orders.items() if kept.get(uuid.UUID(n))}
        store.short_of, store.epoch = {}, "second"

    return back


def kinds(order) -> list[str]:
    return list(Mail.objects.filter(key=str(order.number)).order_by("id").values_list("kind", flat=True))


def state_of(order) -> tuple[str, int]:
    order.refresh_from_db()
    return order.state, order.store_version


def left(report, subject):
    return report.found[subject].differing, report.found[subject].repaired


def test_equal_sides_are_found_equal(sent, look, store, client, clock):
    for statuses in ((), ("packing",), ("packing", "dispatched"), ("failed",), ("cancelled",)):
        sent(*statuses)
    report = look()
    assert report.is_clean, str(report)
    assert [found.compared for found in report.found.values()] == [5, 5]


def test_a_cancel_that_came_before_its_order_is_equal(place, look, store, client, clock):
    order = place()
    OutboxMessage.objects.update(state="sent")
    store.move(order.number, "cancelled", "The customer cancelled the order.")
    sync_order_statuses(client, clock)
    assert state_of(order) == ("cancelled", 1)
    assert look().is_clean


def test_what_is_under_way_is_no_drift(place, sent, look, store):
    """Nor is what waits for a person: the outbox shows that."""
    place(), place()
    OutboxMessage.objects.filter(pk=OutboxMessage.objects.first().pk).update(state="refused")
    order = sent()
    store.move(order.number, "packing", packed=1)
    store.not_in_feed.add(str(order.number))
    assert look().is_clean


DRIFT = {
    "a state": "UPDATE orders_order SET state = 'shipped'",
    "an ended state": "UPDATE orders_order SET state = 'accepted'",
    "a version that is behind": "UPDATE orders_order SET store_version = 1",
    "a version that is ahead": "UPDATE orders_order SET store_version = 7",
    "counters": "UPDATE orders_orderline SET packed = 9, shipped = 9",
    "the log": "DELETE FROM storelink_storeevent; UPDATE orders_order SET store_version = 0",
}


@pytest.mark.parametrize("moves", [("packing",), ("packing", "dispatched"), ("failed",)], ids=lambda moves: moves[-1])
@pytest.mark.parametrize("drift", DRIFT)
def test_drift_of_a_status_is_found_and_repaired_without_a_letter(sent, look, drift, moves):
    """L5, L6"""
    order = sent(*moves)
    lines, told, before = list(OrderLine.objects.values()), kinds(order), state_of(order)
    with connection.cursor() as cursor:
        cursor.execute(DRIFT[drift])
    drifted = state_of(order), list(OrderLine.objects.values())
    if drifted == (before, lines):
        return
    assert left(look(), STATUSES) == (1, 0)
    assert (state_of(order), list(OrderLine.objects.values())) == drifted, "a dry run changes nothing"

    healed = look(repair=True)
    assert left(healed, STATUSES) == (1, 1), str(healed)
    assert (state_of(order), list(OrderLine.objects.values())) == (before, lines)
    assert look().is_clean and kinds(order) == told
    assert not SetAside.objects.exists()


def test_an_event_that_was_passed_by_is_heard_with_its_letter(sent, look, store, client, clock):
    """L17: whatever let it slip, the customer hears of it, once."""
    order = sent()
    store.move(order.number, "packing", packed=1)
    place = Feed.objects.get(name="orders").position.partition(":")[0]
    Feed.objects.filter(name="orders").update(position=f"{place}:{len(store.events)}")
    assert left(look(repair=True), STATUSES) == (1, 1)
    assert state_of(order) == ("packing", 2)
    assert kinds(order)[-1] == "order_packing"
    assert look(repair=True).is_clean and kinds(order).count("order_packing") == 1


def test_an_order_with_other_lines_is_told_and_never_altered(sent, look, store):
    order = sent()
    body = store.orders[str(order.number)]
    store.orders[str(order.number)] = body | {"lines": [body["lines"][0] | {"quantity": 3}], "total": "37.50"}
    for _ in range(2):
        report = look(repair=True)
        assert left(report, ORDERS) == (1, 0) and not report.is_clean
    assert "1 × book 1 at 12.50 here, 3 × book 1 at 12.50 there; total: 12.50 here" in report.found[ORDERS].examples[0]
    assert OrderLine.objects.get().quantity == 1


def test_an_order_that_the_shop_does_not_know_is_told(sent, look):
    order = sent()
    clear()
    assert not Comparison.objects.exists()
    report = look(repair=True)
    assert left(report, ORDERS) == (1, 0)
    assert str(order.number) in report.found[ORDERS].examples[0] and "cancel the order" in str(report)


@pytest.mark.parametrize("moves", [(), ("packing",)])
def test_an_order_that_the_store_lost_is_sent_again_and_no_letter_twice(
    sent, look, store, client, clock, restore, moves
):
    """P3.4"""
    order, told = sent(*moves), None
    told = kinds(order)
    store.free[1] = 10
    restore({})
    dry = look()
    assert left(dry, ORDERS) == (1, 0) and "sends it again" in dry.found[ORDERS].examples[0]
    assert not OutboxMessage.objects.exclude(state="sent").exists()

    assert left(look(repair=True), ORDERS) == (1, 1)
    assert state_of(order) == ("placed", 0)
    assert look().is_clean, "it is on its way"
    send_orders(client, clock)
    assert state_of(order) == ("accepted", 1) and kinds(order) == told
    assert look().is_clean
    for status in ("packing", "dispatched"):
        store.move(order.number, status, **MOVES[status])
    sync_order_statuses(client, clock)
    assert state_of(order) == ("shipped", 3) and look().is_clean
    assert kinds(order) == ["order_received", "order_accepted", "order_packing", "order_shipped"]
    assert not SetAside.objects.exists()


def test_a_lost_order_that_cannot_be_taken_again_is_rejected_with_a_letter(sent, look, store, client, clock, restore):
    order = sent()
    restore({})
    store.free[1] = 0
    look(repair=True)
    send_orders(client, clock)
    assert state_of(order) == ("rejected", 1)
    assert kinds(order)[-1] == "order_rejected"
    assert look().is_clean


def test_a_lost_order_that_was_shipped_is_not_shipped_again(sent, look, store, client, clock, restore):
    order = sent("packing", "dispatched")
    told = kinds(order)
    restore({})
    assert "is not sent again" in look().found[ORDERS].examples[0]
    assert left(look(repair=True), ORDERS) == (1, 1)
    send_orders(client, clock)
    assert not store.orders and look().is_clean
    assert state_of(order)[0] == State.SHIPPED and kinds(order) == told
    assert [event["status"] for event in Retelling.objects.get().forgotten] == ["received", "packing", "dispatched"]
    gone = "Heard before and gone there: version 1 (received), version 2 (packing), version 3 (dispatched)."
    assert gone in "\n".join(story_of(order.number))


def test_an_order_goes_back_with_the_store_and_on_with_it(sent, look, store, client, clock, restore):
    """The store forgot that it was being packed."""
    order = sent("packing")
    restore({order.number: 1})
    assert left(look(repair=True), STATUSES) == (1, 1)
    assert state_of(order) == ("accepted", 1)
    assert OrderLine.objects.aggregate(n=Sum("packed"))["n"] == 0
    store.move(order.number, "dispatched", packed=1, shipped=1)
    sync_order_statuses(client, clock)
    assert state_of(order) == ("shipped", 2) and look().is_clean
    assert kinds(order) == ["order_received", "order_accepted", "order_packing", "order_shipped"]


def test_what_the_customer_was_told_is_not_taken_back(sent, look, store, client, clock, restore):
    order = sent("packing", "dispatched")
    told, lines = kinds(order), list(OrderLine.objects.values())
    restore({order.number: 1})
    report = look(repair=True)
    assert left(report, STATUSES) == (1, 0)
    assert "dispatch it, so that it is not sent twice" in report.found[STATUSES].examples[0]
    assert state_of(order) == ("shipped", 3) and list(OrderLine.objects.values()) == lines

    store.move(order.number, "dispatched", packed=1, shipped=1)  # in one step this time
    assert left(look(repair=True), STATUSES) == (1, 1)
    assert state_of(order) == ("shipped", 2) and kinds(order) == told
    assert look().is_clean and not SetAside.objects.exists()


def test_an_order_that_was_cancelled_is_cancelled_in_the_store_again(sent, look, store, client, clock, restore):
    order = sent("cancelled")
    told = kinds(order)
    restore({order.number: 1})
    assert left(look(repair=True), STATUSES) == (1, 1)
    send_orders(client, clock)
    assert store.events_of(str(order.number))[-1]["status"] == "cancelled"
    sync_order_statuses(client, clock)
    look(repair=True)
    assert look().is_clean and state_of(order) == ("cancelled", 2) and kinds(order) == told


def test_many_lost_orders_ask_first(sent, look, store, restore, monkeypatch):
    """L13: it may be another store's database."""
    monkeypatch.setattr("shop.storelink.reconcile_orders.ALWAYS_ALLOWED", 2)
    orders = [sent() for _ in range(4)]
    restore({orders[0].number: 1})
    report = look(repair=True)
    assert left(report, ORDERS) == (3, 0) and "lost 3 of 4 orders" in report.error
    assert not OutboxMessage.objects.exclude(state="sent").exists()
    assert left(look(repair=True, accept=True), ORDERS) == (3, 3)


def test_a_feed_that_began_anew_says_so_until_both_sides_are_equal(sent, look, store, client, clock, restore):
    order = sent()
    restore({})
    sync_order_statuses(client, clock)
    feed = Feed.objects.get(name="orders")
    assert feed.began_anew_at == clock()
    assert "restored or replaced" in feed.anew_sentence and feed.anew_sentence.endswith("reconcile")
    assert state_of(order) == ("accepted", 1), "nothing is applied blindly"
    look()
    assert Feed.objects.get(name="orders").began_anew_at
    look(repair=True)
    assert Feed.objects.get(name="orders").anew_sentence == ""


def test_the_command_says_what_differs_and_fails_until_it_is_repaired(sent, store, settings, tmp_path):
    (tmp_path / "token").write_text("the-shops-token")
    settings.STORE_URL, settings.STORE_TOKEN_FILE = store.url, str(tmp_path / "token")
    order = sent("packing")
    Order.objects.update(store_version=1)

    def run(*arguments):
        out, code = StringIO(), 0
        try:
            call_command("reconcile", "--only", ORDERS, STATUSES, *arguments, stdout=out)
        except SystemExit as end:
            code = end.code
        return code, out.getvalue()

    code, said = run()
    assert code == 1 and f"Order {order.number} is packing (version 1) here" in said
    assert "Nothing was changed. Set it right with: reconcile --repair" in said
    assert run("--dry-run")[0] == 1
    assert run("--repair")[0] == 0
    code, said = run("--json")
    assert code == 0 and json.loads(said)["clean"] is True
