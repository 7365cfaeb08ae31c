"""W14: a copy that comes back is taken in once, looked at once, and counted once on the shelf."""

import pytest
from django.db import transaction
from tests.conftest import all_is_told
from tests.returns.conftest import DAN, OLGA

from store.orders.models import Allocation
from store.orders.packing import choose_copies
from store.orders.queries import books_with_wrong_level
from store.returns import accepting, inspecting, operations, receiving
from store.returns.feed import changes
from store.returns.models import RETURN_TABLE, IllegalMove, Outcome, Return, ReturnedCopy, ReturnEvent
from store.stock.models import BookItem, StockLevel
from store.stock.queries import copies_that_differ_from_ledger

pytestmark = pytest.mark.django_db(transaction=True)


def copy(barcode) -> BookItem:
    return BookItem.objects.get(barcode=barcode)


def receive(barcode):
    return receiving.receive(copy_id=copy(barcode).pk, **DAN)


def look(returned, outcome=Outcome.RESTOCKED, refund=True):
    return inspecting.inspect(returned_id=returned.pk, outcome=outcome, refund=refund, **DAN)


def counts(found) -> dict:
    return found.events.latest("version").lines[0]


def all_adds_up() -> bool:
    return books_with_wrong_level() == copies_that_differ_from_ledger() == []


def test_a_copy_comes_back_and_is_sold_again(books, sent, approved, accept):
    order = sent((books[0], 2))
    found, before = approved(order, (1, 2)), StockLevel.objects.get(book=books[0]).on_shelf
    taken = receive("B1-1")
    assert copy("B1-1").state == "returned" and StockLevel.objects.get(book=books[0]).on_shelf == before
    look(taken)
    assert copy("B1-1").state == "available" and StockLevel.objects.get(book=books[0]).on_shelf == before + 1
    look(receive("B1-2"), Outcome.DAMAGED, refund=False)
    found.refresh_from_db()
    assert (found.state, found.version) == ("closed", 6), "asked, approved, twice received and twice looked at"
    assert counts(found) == {
        "line": 1, "asked": 2, "received": 2, "restocked": 1, "damaged": 1, "not_ours": 0, "missing": 0, "refund": 1
    }  # fmt: skip
    ledger = list(copy("B1-1").ledger.order_by("id").values_list("to_state", "reason", "order_number"))
    assert ledger[-2:] == [("returned", "returned", order.number), ("available", "inspected", order.number)]
    again = accept((books[0], 1))
    choose_copies(order_id=again.id, barcodes=["B1-1"], **DAN)
    assert Allocation.objects.get(copy__barcode="B1-1", returned_at=None).line.order == again
    assert order.lines.get().allocations.filter(released_at=None).count() == 2, "what was sent stays so"
    assert all_adds_up()


def test_of_two_who_scan_the_same_copy_one_takes_it_in(books, sent, approved, together):
    found = approved(sent((books[0], 2)), (1, 2))
    outcomes = together(*[lambda: receive("B1-1")] * 4)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["HereAlready"] * 3 + ["ReturnedCopy"]
    found.refresh_from_db()
    assert (ReturnedCopy.objects.count(), counts(found)["received"], found.version) == (1, 1, 3)
    looks = together(*[lambda: look(ReturnedCopy.objects.get())] * 3)
    assert sorted(type(outcome).__name__ for outcome in looks) == ["ReturnRefused"] * 2 + ["ReturnedCopy"]
    assert all_adds_up()


def test_two_returns_of_one_line_at_once_are_never_more_than_was_sent(books, sent, asked, together):
    order = sent((books[0], 2))
    outcomes = together(lambda: asked(order, (1, 2)), lambda: asked(order, (1, 1)), lambda: asked(order, (1, 2)))
    assert sum(isinstance(outcome, Return) for outcome in outcomes) == 1
    assert {type(outcome) for outcome in outcomes} == {Return, accepting.TooMany}


def test_a_copy_that_no_return_expects_tells_its_story_and_gets_one(books, sent, asked):
    order = sent((books[0], 2))
    with pytest.raises(receiving.NotExpected):
        receive("B1-1")
    assert receiving.look_at(copy("B1-1")).story.startswith(
        f"Copy B1-1 of “Pride and Prejudice” was shipped for order {order.reference} since"
    )
    taken = receiving.make_for(copy_id=copy("B1-1").pk, **DAN)
    made = Return.objects.get()
    assert (made.client, made.state, made.why, taken.line.of_id) == ("shop", "received", "unasked", made.pk)
    assert [event.status for event in made.events.order_by("version")] == ["approved", "received"]
    # The other copy is asked for: it belongs to that return, on which the office decides.
    asked(order, (1, 1))
    with pytest.raises(operations.ReturnRefused, match="decide on that one"):
        receiving.make_for(copy_id=copy("B1-2").pk, **DAN)
    with pytest.raises(operations.ReturnRefused, match="It is not with a customer"):
        receive("B2-1")


def test_what_did_not_come_is_noted_and_closes_the_return(books, sent, approved):
    found = approved(sent((books[0], 3)), (1, 3))
    note = {"return_id": found.pk, "line": 1, **DAN}
    inspecting.note_instead(expected=3, not_ours=1, **note)
    with pytest.raises(operations.ReturnRefused, match="2 more are expected of this line by now"):
        inspecting.note_instead(expected=3, not_ours=1, **note)  # the same note, sent again
    look(receive("B1-1"))
    with pytest.raises(operations.ReturnRefused, match="1 more are expected"):
        inspecting.note_instead(expected=1, missing=2, **note)
    inspecting.note_instead(expected=1, missing=1, **note)
    found.refresh_from_db()
    assert (found.state, counts(found)["refund"]) == ("closed", 1)
    assert copy("B1-2").state == "shipped", "nobody has it but the customer, or the post"


def test_copies_of_an_order_that_is_still_packed_are_not_taken_back(books, accept, asked):
    order = accept((books[0], 1))
    with pytest.raises(accepting.NotSent, match="still being packed"):
        asked(order, (1, 1))


def test_every_move_of_a_return_is_made_and_no_other(books, sent, asked, approved):
    def instead(found, **what):
        inspecting.note_instead(return_id=found.pk, line=1, expected=1, **{"missing": 1, **what}, **DAN)

    def on_the_way(order):
        return operations.note_on_the_way(return_id=approved(order, (1, 1)).pk, **OLGA)

    order = sent((books[0], 3))
    operations.refuse(return_id=asked(order, (1, 1)).pk, reason="Too worn.", **OLGA)
    instead(approved(order, (1, 1)))
    instead(on_the_way(order))
    approved(order, (1, 1))
    look(receive("B1-1"))
    on_the_way(order)
    look(receive("B1-2"))
    receiving.make_for(copy_id=copy("B1-3").pk, **DAN)
    made, before = set(), {}
    for event in ReturnEvent.objects.order_by("of_id", "version"):
        if before.get(event.of_id) != event.status:
            made.add((before.get(event.of_id), event.status))
        before[event.of_id] = event.status
    assert made == {(move.source, move.target) for move in RETURN_TABLE}


def test_a_decision_is_made_once_and_a_refusal_has_its_reason(books, sent, asked):
    found = asked(sent((books[0], 1)), (1, 1))
    with pytest.raises(operations.ReturnRefused, match="Say why"):
        operations.refuse(return_id=found.pk, reason="  ", **OLGA)
    operations.approve(return_id=found.pk, **OLGA)
    with pytest.raises(IllegalMove, match="is approved; it cannot become refused"):
        operations.refuse(return_id=found.pk, reason="Late.", **OLGA)


def test_events_are_told_to_their_client_in_order_and_never_change(books, sent, approved):
    found = approved(sent((books[0], 1)), (1, 1))
    all_is_told()
    page = changes(client="shop", after=None, limit=10)
    assert [(row["return"], row["version"], row["status"]) for row in page.rows] == [
        (str(found.number), 1, "asked"), (str(found.number), 2, "approved")
    ]  # fmt: skip
    assert page.rows == [event.as_told() for event in found.events.order_by("version")]
    assert changes(client="other", after=None, limit=10).rows == []
    with pytest.raises(Exception, match="neither changed nor deleted"), transaction.atomic():
        ReturnEvent.objects.update(reason="Never mind.")
