"""The store's events of an order are applied once each and in order, however they come."""

import itertools

import pytest

from shop.notifications.models import Mail
from shop.orders.models import OrderEvent
from shop.storelink.inbox import hear_events
from shop.storelink.models import SetAside, StoreEvent
from shop.storelink.statuses import sync_order_statuses
from store_client import OrderEvent as Heard

pytestmark = pytest.mark.django_db(transaction=True)

STATUSES = ("received", "packing", "dispatched")
KINDS = ["order_received", "order_accepted", "order_packing", "order_shipped"]


@pytest.fixture
def told(place, store):
    """An order with three moves in the store, as messages."""
    order = place(quantity=2)
    store.orders[str(order.number)] = {"lines": [{"line": 1, "quantity": 2}]}
    counts = ({}, {"packed": 2}, {"packed": 2, "shipped": 2})
    return order, [Heard.parse(store.move(order.number, s, **c)) for s, c in zip(STATUSES, counts)]


def kinds(order) -> list[str]:
    return list(Mail.objects.filter(key=str(order.number)).order_by("id").values_list("kind", flat=True))


@pytest.mark.parametrize("sequence", list(itertools.permutations(range(3))))
def test_whatever_order_they_come_in_they_are_applied_in_theirs(told, clock, sequence):
    """L5"""
    order, events = told
    for place in sequence:
        hear_events([events[place]], now=clock())
    order.refresh_from_db()
    assert (order.state, order.version, order.store_version) == ("shipped", 4, 3)
    assert [event.state for event in order.events.order_by("version")] == ["placed", "accepted", "packing", "shipped"]
    assert kinds(order) == KINDS


@pytest.mark.parametrize("at", ["2026-11-21T09:00:00Z", "2026-11-21T11:00:00Z"])
def test_a_store_whose_clock_differs_by_an_hour_changes_neither_order_nor_letters(told, clock, client, store, at):
    """Versions say what came first, and positions what is new; the time is only shown."""
    order, _ = told
    for event in store.events:
        event["at"] = at
    sync_order_statuses(client, clock)
    order.refresh_from_db()
    assert (order.state, order.store_version) == ("shipped", 3) and kinds(order) == KINDS
    assert [event.state for event in order.events.order_by("version")] == ["placed", "accepted", "packing", "shipped"]


def test_a_gap_waits_for_the_missing_one(told, clock):
    """L5"""
    order, events = told
    hear_events([events[0], events[2]], now=clock())
    order.refresh_from_db()
    assert (order.state, order.store_version) == ("accepted", 1)
    assert StoreEvent.objects.count() == 2
    hear_events([events[1]], now=clock())
    order.refresh_from_db()
    assert order.state == "shipped"


def test_an_older_version_never_overwrites_a_newer_one(told, clock):
    """L5"""
    order, events = told
    hear_events(events, now=clock())
    for _ in range(3):
        hear_events(events[:2], now=clock())
    order.refresh_from_db()
    assert (order.state, order.version) == ("shipped", 4)
    assert kinds(order) == KINDS


def test_heard_by_many_at_once_each_event_makes_one_letter(told, clock, together):
    """L6"""
    order, events = told
    together(*[lambda: hear_events(events, now=clock())] * 4, *[lambda: hear_events(events[:2], now=clock())] * 2)
    assert kinds(order) == KINDS
    assert OrderEvent.objects.filter(order=order).count() == 4


def test_overlapping_readers_of_the_feed_write_one_letter_per_event(place, store, make_client, clock, together):
    """L6"""
    orders = [place() for _ in range(4)]
    for order in orders:
        for status in STATUSES:
            store.move(order.number, status)
    together(*[lambda line=make_client(): sync_order_statuses(line, clock) for _ in range(4)])
    for order in orders:
        assert kinds(order) == KINDS


def test_packed_and_shipped_between_two_looks_are_two_letters(told, client, clock):
    order, _ = told
    sync_order_statuses(client, clock)
    assert kinds(order) == KINDS
    line = order.lines.get()
    assert (line.packed, line.shipped, line.short) == (2, 2, 0)


def test_all_pages_of_the_feed_are_read(place, store, client, clock, monkeypatch):
    """L16"""
    monkeypatch.setattr("store_client.client.EVENTS_PER_PAGE", 2)
    monkeypatch.setattr(client, "order_changes", lambda after="", real=client.order_changes: real(after, limit=2))
    orders = [place() for _ in range(5)]
    for order in orders:
        store.move(order.number, "received")
    run = sync_order_statuses(client, clock)
    assert (run.requests, run.rows) == (3, 5)
    assert {state for (state,) in type(orders[0]).objects.values_list("state")} == {"accepted"}


def test_an_impossible_move_is_set_aside_and_holds_nothing_up(told, clock, store):
    order, events = told
    hear_events(events, now=clock())
    late = Heard.parse(store.move(order.number, "cancelled"))
    hear_events([late], now=clock())
    order.refresh_from_db()
    assert (order.state, order.store_version) == ("shipped", 4)
    shown = SetAside.objects.get()
    assert (shown.feed, shown.key) == ("orders", f"{order.number} v4") and "cannot go" in shown.reason
    assert kinds(order) == KINDS


def test_an_order_we_do_not_have_is_set_aside_and_the_others_are_heard(told, clock, store):
    """L16"""
    order, events = told
    strange = Heard.parse(store.move("4b9b3c1e-7a1f-4f2e-9d26-0d6a5f0e9a10", "received"))
    hear_events([strange, *events], now=clock())
    order.refresh_from_db()
    assert order.state == "shipped"
    assert SetAside.objects.get().reason == "There is no such order in the shop."


def test_a_bad_row_is_set_aside_until_a_good_version_of_it_comes(place, store, client, clock):
    """L16"""
    order, other = place(), place(pk=2)
    store.move(order.number, "received")["lines"] = "broken"
    store.move(other.number, "received")
    sync_order_statuses(client, clock)
    order.refresh_from_db(), other.refresh_from_db()
    assert (order.state, other.state) == ("placed", "accepted")
    assert SetAside.objects.get().key == f"{order.number} v1"

    store.events[0]["lines"] = []
    store.epoch = "second"
    sync_order_statuses(client, clock)
    order.refresh_from_db()
    assert order.state == "accepted"
    assert not SetAside.objects.exists()


def test_a_version_that_says_something_else_than_before_is_shown(told, clock):
    """A store restored from a backup gives out the same versions again."""
    order, events = told
    hear_events(events, now=clock())
    hear_events(events, now=clock())
    assert not SetAside.objects.exists()
    hear_events([Heard.parse({**events[2].body, "status": "failed", "reason": "lost"})], now=clock())
    order.refresh_from_db()
    assert order.state == "shipped" and kinds(order) == KINDS
    assert "said something else" in SetAside.objects.get().reason


def test_a_failed_order_says_why(told, clock, store):
    order, events = told
    failed = Heard.parse({**events[2].body, "status": "failed", "reason": "The last copy is water-damaged."})
    hear_events([*events[:2], failed], now=clock())
    order.refresh_from_db()
    assert (order.state, order.reason) == ("failed", "The last copy is water-damaged.")
    assert "The last copy is water-damaged." in Mail.objects.get(kind="order_failed").text


def test_a_page_of_many_orders_costs_a_handful_of_statements(place, store, client, clock):
    for pk in range(1, 31):
        order = place(pk=pk)
        for status in STATUSES:
            store.move(order.number, status)
    run = sync_order_statuses(client, clock)
    assert run.rows == 90 and Mail.objects.count() == 120
    assert run.statements <= 21, "one asks which of the letters their readers do not want"
