"""An ISBN books the copy that has waited longest. The label of the copy that is in the hand says which one it is."""

import pytest
from tests.conftest import NOW
from tests.orders.test_the_packing_bench import PRIDE, all_adds_up, in_box, said, scan

from store.orders.models import Allocation, Order
from store.orders.packing import choose_copies
from store.stock.models import BookItem, CopyState, LedgerLine, StockLevel

WHO = {"actor": "olga@example.org", "now": NOW}


@pytest.fixture
def dan(staff):
    return staff("packer")


def state(barcode):
    return BookItem.objects.get(barcode=barcode).state


def moves(barcode):
    lines = LedgerLine.objects.filter(copy__barcode=barcode).order_by("id")
    return list(lines.values_list("reason", "to_state"))[1:]


def test_a_label_takes_the_place_of_what_its_isbn_booked(dan, books, accept):
    order = accept((books[0], 1), (books[1], 1))
    scan(dan, order, PRIDE)
    words = (
        "“Pride and Prejudice”: copy B1-3 is in the box in place of B1-1, which its ISBN had booked. "
        "B1-1 stays on shelf A-0."
    )
    answer = scan(dan, order, "B1-3")
    assert said(answer) == ("good", words) and answer.context["packed"] == 1
    assert (in_box(order), state("B1-1"), state("B1-3")) == (["B1-3"], CopyState.AVAILABLE, CopyState.ALLOCATED)
    assert moves("B1-1") == [("chosen", "allocated"), ("unchosen", "available")]
    assert moves("B1-3") == [("chosen", "allocated")]
    level = StockLevel.objects.get(book=books[0])
    assert (level.on_shelf, level.reserved, level.free) == (2, 0, 2)
    assert Allocation.objects.filter(line__order=order).values("parcel").distinct().count() == 1
    assert all_adds_up()
    assert said(scan(dan, order, "B1-3"))[0] == "note", "sent twice it changes nothing"
    assert scan(dan, order, "B2-1").context["packed"] == 2
    assert scan(dan, order, "done").status_code == 302
    assert all_adds_up()


def test_what_a_label_has_said_stays(dan, books, accept):
    """A copy scanned by its label, one that the label has confirmed, and one in a sealed parcel."""
    order = accept((books[0], 1))
    scan(dan, order, "B1-2")
    assert said(scan(dan, order, "B1-3"))[0] == "refused" and in_box(order) == ["B1-2"]
    scan(dan, order, "undo")
    scan(dan, order, PRIDE)
    confirmed = "Copy B1-1 of “Pride and Prejudice” is the one that its ISBN had booked: it is in the box."
    assert said(scan(dan, order, "B1-1")) == ("good", confirmed)
    assert said(scan(dan, order, "B1-1"))[0] == "note"
    assert said(scan(dan, order, "B1-3"))[0] == "refused" and in_box(order) == ["B1-1"]
    scan(dan, order, "undo")
    scan(dan, order, PRIDE)
    scan(dan, order, "seal")
    assert said(scan(dan, order, "B1-3"))[0] == "refused" and in_box(order) == ["B1-1"]
    assert all_adds_up()


def test_of_two_the_one_whose_label_nobody_has_read_makes_room(dan, books, accept):
    order = accept((books[0], 2))
    scan(dan, order, PRIDE)
    scan(dan, order, PRIDE)
    scan(dan, order, "B1-2")
    assert "in place of B1-1" in said(scan(dan, order, "B1-3"))[1]
    assert in_box(order) == ["B1-2", "B1-3"]
    assert said(scan(dan, order, "B1-1"))[0] == "refused"
    assert all_adds_up()


def test_while_copies_are_wanted_a_label_is_one_more(dan, books, accept):
    order = accept((books[0], 2))
    scan(dan, order, PRIDE)
    assert said(scan(dan, order, "B1-3"))[1] == "“Pride and Prejudice”: 2 of 2 in the box. Copy B1-3."
    assert in_box(order) == ["B1-1", "B1-3"]


def test_undo_takes_out_the_copy_that_took_the_place(dan, books, accept):
    order = accept((books[0], 1))
    scan(dan, order, PRIDE)
    scan(dan, order, "B1-3")
    undone = scan(dan, order, "undo")
    assert said(undone)[1] == "Copy B1-3 of “Pride and Prejudice” is out of the box: put B1-3 back on shelf A-2."
    assert (in_box(order), state("B1-1"), state("B1-3")) == ([], CopyState.AVAILABLE, CopyState.AVAILABLE)
    assert StockLevel.objects.get(book=books[0]).reserved == 1
    assert said(scan(dan, order, "B1-1"))[1].endswith("1 of 1 in the box. Copy B1-1.")
    assert all_adds_up()


def test_another_isbn_a_copy_that_is_not_free_and_one_chosen_by_hand_replace_nothing(dan, books, accept):
    other, order = accept((books[0], 1)), accept((books[0], 1))
    choose_copies(order_id=other.id, barcodes=["B1-2"], **WHO)
    scan(dan, order, PRIDE)
    assert said(scan(dan, order, PRIDE))[0] == "refused"
    assert said(scan(dan, order, "B1-2"))[0] == "refused"
    BookItem.objects.filter(barcode="B1-3").update(condition="good")
    assert said(scan(dan, order, "B1-3"))[0] == "refused"
    assert in_box(order) == ["B1-1"]
    BookItem.objects.filter(barcode="B1-3").update(condition="new")
    assert said(scan(dan, other, "B1-3"))[0] == "refused" and in_box(other) == ["B1-2"]


@pytest.mark.django_db(transaction=True)
def test_two_packers_who_hold_the_same_copy_do_not_both_have_it(staff, books, accept, together):
    first, second = accept((books[0], 1)), accept((books[0], 1))
    dan, eve = staff("packer"), staff("packer", "eve@example.org")
    scan(dan, first, PRIDE)
    scan(eve, second, PRIDE)
    calls = [lambda: scan(dan, first, "B1-3"), lambda: scan(eve, second, "B1-3"), lambda: scan(eve, second, "B1-1")]
    assert [answer.status_code for answer in together(*calls)] == [200] * 3
    packed = in_box(first) + in_box(second)
    assert len(packed) == len(set(packed)) == 2 and "B1-3" in packed
    assert Order.objects.filter(state="packing").count() == 2
    assert all_adds_up()
