"""A pick list names each copy to fetch for some orders, in the order of the shelves, to be ticked off or scanned."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.conftest import NOW, badly_named
from tests.printed import codes_on, words_of

from store.labels import picking
from store.labels.picking import pick_list
from store.orders.packing import choose_copies
from store.orders.shortfall import fall_short
from store.stock.models import BookItem, CopyState, Origin
from store.stock.operations import Delivery, note_count, receive_copies

PICK = reverse("labels:pick-list")
WHO = {"actor": "olga@example.org", "now": NOW}


def told(picks):
    return [(fetch.copy.shelf, fetch.copy.barcode, fetch.reference) for fetch in picks.fetch]


def test_each_copy_is_named_once_sorted_by_shelf_and_what_is_in_a_box_is_not(books, accept):
    with transaction.atomic():
        copies = [Delivery(books[2].id, 1, shelf, barcode=barcode) for shelf, barcode in (("A-10", "C1"), ("", "C2"))]
        receive_copies(copies, origin=Origin.HAND, **WHO)
    first, second = accept((books[0], 2), (books[2], 2)), accept((books[0], 1), (books[1], 1))
    choose_copies(order_id=first.id, barcodes=["B1-2"], **WHO)
    assert told(pick_list([first, second])) == [
        ("A-0", "B1-1", first.reference),
        ("A-2", "B1-3", second.reference),
        ("A-3", "B2-1", second.reference),
        ("A-10", "C1", first.reference),
        ("", "C2", first.reference),
    ]
    # Nothing is kept: asked again, it is the same.
    assert told(pick_list([second])) == [("A-0", "B1-1", second.reference), ("A-3", "B2-1", second.reference)]


def test_what_no_shelf_has_and_what_will_not_be_delivered(books, accept):
    order, other = accept((books[0], 2)), accept((books[1], 1))
    fall_short(order_id=order.id, line=1, number=1, reason="Wet", **WHO)
    BookItem.objects.filter(barcode="B2-1").update(state=CopyState.MISSING)  # no operation lets it come to this
    picks = pick_list([order, other])
    assert told(picks) == [("A-0", "B1-1", order.reference)]
    assert picks.lacking == [("Jane Eyre", 1, other.reference)]


def test_the_queue_prints_the_next_orders_and_their_barcodes_are_read_back(staff, books, accept, tmp_path):
    """W13"""
    oldest = accept((books[0], 2), placed_at="2026-11-20T10:00:00Z")
    newer, unpaid = accept((books[1], 1)), accept((books[0], 1), payment="prepaid", paid="1.00")
    dan = staff("packer")
    assert f'action="{PICK}"' in dan.get(reverse("packing:queue")).content.decode()
    answer = dan.get(PICK, {"number": 1})
    assert answer["Content-Type"] == "application/pdf"
    (page,) = words_of(answer.content)
    assert "2 copies for 1 order" in page and oldest.reference in page and newer.reference not in page
    answer = dan.get(PICK, {"number": 10})
    (page,) = words_of(answer.content)
    assert "3 copies for 2 orders" in page and unpaid.reference not in page
    assert page.index("A-0") < page.index("A-1") < page.index("A-3")
    assert codes_on(answer.content, tmp_path) == [["CODE-128:B1-1", "CODE-128:B1-2", "CODE-128:B2-1"]]


def test_a_barcode_that_cannot_be_printed_stands_there_in_words(staff, books, accept, tmp_path):
    accept((books[0], 3))
    badly_named(BookItem.objects.get(barcode="B1-2"), "ÄÖ <b>")
    answer = staff("packer").get(PICK, {"number": 1})
    assert "no barcode: ÄÖ <b>" in words_of(answer.content)[0]
    assert codes_on(answer.content, tmp_path) == [["CODE-128:B1-1", "CODE-128:B1-3"]]


def test_the_list_of_orders_prints_the_chosen_ones(staff, books, accept):
    chosen, other = accept((books[0], 1)), accept((books[1], 1))
    rejected = accept((books[2], 1))
    action = {"action": "pick_list", "_selected_action": [chosen.pk, rejected.pk]}
    (page,) = words_of(staff("packer").post(reverse("admin:orders_order_changelist"), action).content)
    assert "1 copy for 1 order" in page and chosen.reference in page and other.reference not in page


@pytest.mark.parametrize("number", ["", "0", "101", "-1", "x", "9" * 5000, "²"])
def test_a_number_that_cannot_be_meant_leads_back_to_the_queue_with_a_sentence(staff, books, number):
    page = staff("packer").get(PICK, {"number": number, "claim": "free"}, follow=True)
    assert page.redirect_chain[0][0].endswith("?claim=free")
    assert "Write for how many orders" in page.content.decode()


def test_too_much_and_nothing_are_said_in_a_sentence(staff, books, accept, monkeypatch):
    dan = staff("packer")
    assert "There is nothing to fetch" in dan.get(PICK, {"number": 1}, follow=True).content.decode()
    accept((books[0], 2))
    monkeypatch.setattr(picking, "MOST_COPIES", 1)
    assert "These orders want 2 copies" in dan.get(PICK, {"number": 1}, follow=True).content.decode()


def test_who_may_not_see_orders_gets_no_pick_list(staff, books, accept):
    accept((books[0], 1))
    assert staff("keeper").get(PICK, {"number": 1}).status_code == 403


def test_a_pick_list_costs_the_same_for_many_orders(books, accept):
    def statements(orders):
        with CaptureQueriesContext(connection) as queries:
            pick_list(orders)
        return len(queries)

    few = [accept((books[0], 1))]
    many = [*few, accept((books[0], 1), (books[1], 1)), accept((books[0], 1))]
    note_count([BookItem.objects.get(barcode="B2-1").id], CopyState.AVAILABLE, **WHO)
    assert statements(few) == statements(many) == 2
