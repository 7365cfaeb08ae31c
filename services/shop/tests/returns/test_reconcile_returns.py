"""Returns that differ are found, told, and set right from the store's side; nothing is paid or told twice."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shop.notifications.models import Mail
from shop.outbox.models import OutboxMessage
from shop.payments.models import Refund
from shop.returns.models import Return, ReturnEvent, ReturnLine
from shop.storelink.models import Comparison, Feed, SetAside
from shop.storelink.reconcile import reconcile
from shop.storelink.store import open_store
from shop.upkeep.streams.comparison import comparisons

pytestmark = pytest.mark.django_db(transaction=True)
RETURNS = Comparison.Subject.RETURNS


@pytest.fixture
def look(clock, store):
    """Both sides are compared; answers how many returns differ and how many were repaired, and what is said of them."""

    def call(**options):
        with open_store() as line:
            found = reconcile(line, clock, subjects=[RETURNS], **options).found[RETURNS]
        assert not found.error
        return found.differing, found.repaired, " ".join(found.examples)

    return call


@pytest.fixture
def closed(shipped, ask, road, store):
    """A return of two copies that is over: one has its money back."""
    found = ask(shipped(2), 2)
    road()
    store.move_return(found.number, "approved")
    store.move_return(found.number, "received", received=1)
    store.move_return(found.number, "closed", received=1, restocked=1, missing=1, refund=1)
    road()
    return found


def told() -> tuple:
    return list(Mail.objects.order_by("id").values_list("event", flat=True)), Refund.objects.count()


DRIFT = {
    "a state": "UPDATE returns_return SET state = 'received'",
    "a version that is behind": "UPDATE returns_return SET version = 2, state = 'approved'",
    "a version that is ahead": "UPDATE returns_return SET version = 7",
    "the reason": "UPDATE returns_return SET reason = 'Why not.'",
    "counters": "UPDATE returns_returnline SET refund = 0, restocked = 0, missing = 0",
    "what was asked for": "UPDATE returns_returnline SET quantity = 3",
}


def test_drift_is_found_told_and_repaired_without_letter_or_money(closed, look, clock):
    """L5"""
    assert look() == (0, 0, "")
    before = list(Return.objects.values()), list(ReturnLine.objects.values()), told()
    for drift, statement in DRIFT.items():
        with connection.cursor() as cursor:
            cursor.execute(statement)
        differing, repaired, words = look()
        assert (differing, repaired) == (1, 0) and str(closed.number) in words, drift
        (stream,) = comparisons(now=clock())
        assert "1 row of returns and their copies differs." in stream.sentence
        assert look(repair=True)[:2] == (1, 1), drift
        assert (list(Return.objects.values()), list(ReturnLine.objects.values()), told()) == before, drift
    assert look() == (0, 0, "") and not SetAside.objects.exists()


def test_an_event_that_was_passed_by_brings_its_letter_and_its_money_once(closed, look, store):
    """L17"""
    closed.refresh_from_db()
    number, events = closed.number, told()
    ReturnEvent.objects.filter(version=4).delete()
    Mail.objects.filter(event=f"return:{number}:4").delete()
    Refund.objects.all().delete()
    closed.order.payments.update(refunded=0)
    Return.objects.update(version=3, state="received")
    ReturnLine.objects.update(restocked=0, missing=0, refund=0)
    assert look(repair=True)[:2] == (1, 1)
    assert sorted(told()[0]) == sorted(events[0]) and told()[1] == events[1] == 1
    assert look(repair=True) == (0, 0, "")


def test_a_version_that_was_set_too_high_costs_no_letter_and_no_money(shipped, ask, road, look, store):
    found = ask(shipped(1), 1)
    road()
    Return.objects.update(version=9)
    store.move_return(found.number, "approved")
    store.move_return(found.number, "received", received=1)
    store.move_return(found.number, "closed", received=1, restocked=1, refund=1)
    road()
    assert Refund.objects.count() == 0
    assert look(repair=True)[:2] == (1, 1)
    kinds = list(Mail.objects.filter(kind__startswith="return").order_by("id").values_list("kind", flat=True))
    assert kinds == ["return_asked", "return_approved", "return_received", "return_closed"]
    found.refresh_from_db()
    assert (found.state, found.version, Refund.objects.count()) == ("closed", 4, 1)


def test_what_is_under_way_is_no_drift_and_a_request_that_was_never_heard_is_sent_again(
    shipped, ask, look, road, store
):
    found = ask(shipped(1), 1)
    assert look() == (0, 0, "")
    OutboxMessage.objects.filter(topic="return asked").update(state="sent")  # as after a restore of the store
    letters = told()
    assert "asked (version 0) here, not in the store" in look()[2]
    assert look(repair=True)[:2] == (1, 1)
    assert look() == (0, 0, ""), "it is under way again"
    road()
    found.refresh_from_db()
    assert (found.version, found.state) == (1, "asked") and told() == letters
    store.not_in_feed.add(str(found.number))
    Return.objects.update(version=9)
    assert look() == (0, 0, "")


def test_what_the_store_forgot_or_tells_otherwise_is_left_to_a_person(closed, look, store, clock):
    kept = list(store.return_events)
    before = list(Return.objects.values()), told()
    store.return_events[-1] = kept[-1] | {"reason": "Told anew."}
    Feed.objects.update(position="")
    differing, repaired, words = look(repair=True)
    assert (differing, repaired) == (1, 0) and "otherwise than before" in words
    store.return_events, asked = [], store.returns.pop(str(closed.number))
    differing, repaired, words = look(repair=True)
    assert (differing, repaired) == (1, 0) and "The store has lost it" in words
    assert (list(Return.objects.values()), told()) == before
    strange = "00000000-0000-4000-8000-000000000000"
    store.returns[strange], store.return_events = asked, kept
    store.returns[str(closed.number)] = asked
    store.return_events.append(kept[0] | {"return": strange})
    differing, repaired, words = look(repair=True)
    assert (differing, repaired) == (1, 0) and f"Return {strange} is not here" in words and "no such request" in words


def test_a_comparison_of_equal_sides_costs_the_same_for_any_number(shipped, ask, road, look):
    order, counted = shipped(3), []
    look()  # its row is there from now on
    for _ in range(2):
        ask(order, 1)
        road()
        with CaptureQueriesContext(connection) as queries:
            assert look() == (0, 0, "")
        counted.append(len(queries))
    assert counted[0] == counted[1]
