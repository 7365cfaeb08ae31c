"""An order leaves in one parcel or in several, and the shop is told of each with what lies in it."""

import csv
import re

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse
from django.utils import timezone
from tests.conftest import NOW
from tests.printed import codes_on, words_of

from store.orders import slip
from store.orders.models import Allocation, Order
from store.orders.operations import TooLate, cancel_order, fail_order
from store.orders.packing import choose_copies, dispatch
from store.orders.parcels import PARCEL_TABLE, Parcel, ParcelEvent, ParcelState
from store.orders.queries import books_with_wrong_level
from store.stock.models import BookItem, CopyState
from store.stock.queries import copies_that_differ_from_ledger

WHO = {"actor": "olga@example.org", "now": NOW}


@pytest.fixture
def dan(staff):
    return staff("packer")


def scan(client, order, *codes, **fields):
    """Scan one code after the other, each on the newest page; answer the last page."""
    for code in codes or ("",):
        revision = Order.objects.get(pk=order.pk).revision
        answer = client.post(reverse("packing:bench", args=[order.pk]), {"code": code, "revision": revision, **fields})
    return answer


def said(response):
    return response.context["told"].words


def told(order):
    """What the newest event says: status, (packed, shipped) by line, contents by parcel."""
    event = order.events.latest("version")
    counts = [(line["packed"], line["shipped"]) for line in event.lines]
    return event.status, counts, {p["number"]: {n["line"]: n["copies"] for n in p["lines"]} for p in event.parcels}


def states(order):
    return dict(Parcel.objects.filter(order=order).exclude(state="void").values_list("number", "state"))


def all_adds_up():
    return books_with_wrong_level() == copies_that_differ_from_ledger() == []


def test_a_part_leaves_sealed_and_the_rest_follows(dan, books, accept):
    """W13"""
    order = accept((books[0], 2), (books[1], 1))
    refused = scan(dan, order, "B1-1", "done")
    assert "scan “seal” first" in said(refused) and "1 of 2 ordered copies chosen" in said(refused)
    assert said(scan(dan, order, "seal")) == "Parcel 1 is sealed with 1 copy. Scan “done” to send it off."
    assert BookItem.objects.get(barcode="B1-1").state == CopyState.PACKED
    assert said(scan(dan, order, "undo")).startswith("Parcel 1 is sealed: “undo” does not open it. Open it again on")
    page = scan(dan, order, "done")
    assert said(page) == f"Parcel 1 of order {order.reference} sent off with 1 copy; 2 more are to come."
    assert "Parcel 1</a>, on its way, 1 copy" in page.content.decode()
    assert told(order) == ("part_sent", [(1, 1), (0, 0)], {1: {1: 1}})
    assert dan.get(reverse("packing:bench", args=[order.pk])).context["progress"] == "1 sent, 0 in the box, 2 to scan."
    page = scan(dan, order, "B1-2")
    assert said(page) == "“Pride and Prejudice”: 1 of 1 in the box. Copy B1-2."
    assert page.context["progress"] == "1 sent, 1 in the box, 1 to scan."
    assert "<strong>1 of 1</strong><br>1 sent</span>" in page.content.decode()
    assert "are sent or in the box already" in said(scan(dan, order, "B1-3"))
    assert scan(dan, order, "B2-1").context["progress"] == "1 sent, and the rest is in the box: scan “done”."
    scan(dan, order, "undo", "undo")
    assert scan(dan, order, "B1-2", "B2-1", "done").status_code == 302
    assert told(order) == ("dispatched", [(2, 2), (1, 1)], {1: {1: 1}, 2: {1: 1, 2: 1}})
    assert states(order) == {1: "dispatched", 2: "dispatched"}
    assert all_adds_up()


def test_two_boxes_leave_with_one_command(dan, books, accept):
    order = accept((books[0], 3))
    assert "first copy begins" in said(scan(dan, order, "new parcel"))
    assert said(scan(dan, order, "B1-1", "new parcel")) == "Parcel 2 is open: what you scan now goes into it."
    assert "still empty" in said(scan(dan, order, "CMDNEWPARCEL"))
    assert said(scan(dan, order, "undo")) == "Parcel 2 is not used."
    scan(dan, order, "new parcel", "B1-2", "B1-3")
    assert "nothing for another parcel" in said(scan(dan, order, "new parcel"))
    assert scan(dan, order, "done").status_code == 302
    assert [event.status for event in order.events.order_by("version")] == ["received", "packing", "dispatched"]
    assert told(order) == ("dispatched", [(3, 3)], {1: {1: 1}, 2: {1: 2}})
    assert all_adds_up()


def test_the_old_way_makes_one_parcel_and_sends_it_off(dan, books, accept):
    """W1"""
    order = accept((books[0], 2))
    dispatch(order_id=order.id, barcodes=["B1-1", "B1-2"], **WHO)
    assert told(order) == ("dispatched", [(2, 2)], {1: {1: 2}})
    parcel = Parcel.objects.get(order=order)
    moves = list(ParcelEvent.objects.filter(parcel=parcel).order_by("id").values_list("from_state", "to_state"))
    assert moves == [("open", "sealed"), ("sealed", "dispatched")]
    page = dan.get(reverse("admin:orders_order_change", args=[order.pk])).content.decode()
    assert "Parcel 1</a>, on its way" in page and "B1-1 · Pride and Prejudice · shipped" in page


def test_the_rest_goes_by_the_old_way_or_is_given_up(dan, books, accept):
    first, second = accept((books[0], 1), (books[1], 1)), accept((books[0], 2))
    scan(dan, first, "B1-1", "seal", "done")
    dispatch(order_id=first.id, barcodes=["B2-1"], **WHO)
    assert told(first)[0] == "dispatched"
    scan(dan, second, "B1-2", "seal", "done", "B1-3")
    fail_order(order_id=second.id, reason="Water damage", **WHO)
    event = second.events.latest("version")
    assert (event.status, event.lines[0]["shipped"], event.lines[0]["short"]) == ("dispatched", 1, 1)
    assert event.line_reasons == {"1": "Water damage"}
    assert BookItem.objects.get(barcode="B1-3").state == CopyState.AVAILABLE
    assert states(second) == {1: "dispatched"}
    assert all_adds_up()


def test_who_waits_for_all_gets_nothing_before(dan, books, accept):
    order = accept((books[0], 2), if_short="wait")
    scan(dan, order, "B1-1", "seal")
    assert "wants all copies together" in said(scan(dan, order, "done"))
    assert states(order) == {1: "sealed"}
    assert scan(dan, order, "B1-2", "done").status_code == 302
    assert told(order)[0] == "dispatched"


def test_an_order_is_cancelled_until_a_parcel_is_sealed_and_again_once_it_is_opened(dan, books, accept):
    order = accept((books[0], 2))
    scan(dan, order, "B1-1", "seal")
    cancel = {"number": order.number, "client": "shop", "reason": "", "actor": "shop", "now": NOW}
    with pytest.raises(TooLate, match="sealed in a parcel"):
        cancel_order(**cancel)
    with pytest.raises(TooLate, match="sealed in a parcel"):
        fail_order(order_id=order.id, reason="Lost", **WHO)
    page = reverse("packing:parcel", args=[Parcel.objects.get(order=order).pk])
    assert "Say why the parcel is opened again." in dan.post(page, {"again": "1"}).content.decode()
    assert dan.post(page, {"again": "1", "reason": "One copy too few"}).status_code == 302
    assert "One copy too few" in dan.get(page).content.decode()
    assert BookItem.objects.get(barcode="B1-1").state == CopyState.ALLOCATED
    assert (
        "is open; it cannot become open" in dan.post(page, {"again": "1", "reason": "x"}, follow=True).content.decode()
    )
    cancel_order(**cancel)
    assert (states(order), BookItem.objects.get(barcode="B1-1").state) == ({}, CopyState.AVAILABLE)
    other = accept((books[0], 2))
    scan(dan, other, "B1-1", "seal", "done")
    with pytest.raises(TooLate, match="sent in part"):
        cancel_order(**cancel | {"number": other.number})
    assert all_adds_up()


def test_carrier_and_code_are_noted_and_what_became_of_the_parcel(dan, books, accept):
    order = accept((books[0], 1))
    scan(dan, order, "B1-1")
    parcel = Parcel.objects.get(order=order)
    page = reverse("packing:parcel", args=[parcel.pk])
    label = {"label": "1", "carrier": "DHL", "tracking": "00340434", "weight_g": "900000"}
    assert "less than or equal to 50000" in dan.post(page, label).content.decode()
    assert dan.post(page, label | {"weight_g": "480"}).status_code == 302
    scan(dan, order, "done")
    (sent,) = order.events.latest("version").parcels
    assert (sent["carrier"], sent["tracking"], sent["state"]) == ("DHL", "00340434", "dispatched")
    for changed in (label | {"weight_g": "", "tracking": "00340435"}, {"end": "lost", "reason": "Says DHL"}):
        assert dan.post(page, changed).status_code == 302
    assert "cannot become delivered" in dan.post(page, {"end": "delivered"}, follow=True).content.decode()
    (last,) = order.events.latest("version").parcels
    assert (last["tracking"], last["state"], order.events.count()) == ("00340435", "lost", 5)


@pytest.mark.parametrize(("end", "words"), [("lost", "is lost"), ("came_back", "came back")])
def test_that_a_parcel_will_not_arrive_needs_a_second_step_and_a_reason(dan, books, accept, end, words):
    order = accept((books[0], 1))
    scan(dan, order, "B1-1", "done")
    parcel = Parcel.objects.get(order=order)
    page = reverse("packing:parcel", args=[parcel.pk])
    assert "Yes, it" not in dan.get(page).content.decode()
    asked = dan.get(page, {"end": end}).content.decode()
    assert f"Parcel 1 {words}?" in asked and f"Yes, it {words}" in asked and "This is final." in asked
    for blank in ({"end": end}, {"end": end, "reason": "  "}):
        assert "Say how you know" in dan.post(page, blank).content.decode()
        parcel.refresh_from_db()
        assert parcel.state == "dispatched"
    assert dan.post(page, {"end": end, "reason": "Burnt at the depot"}).status_code == 302
    parcel.refresh_from_db()
    assert parcel.state == end
    shown = dan.get(page, {"end": end}).content.decode()
    assert "dan@example.org: Burnt at the depot" in shown and "Yes, it" not in shown


def test_every_move_of_a_parcel_is_made_and_no_other(dan, books, accept):
    for copy, end in (("B1-1", "delivered"), ("B1-2", "lost"), ("B1-3", "came_back")):
        order = accept((books[0], 1))
        scan(dan, order, copy, "seal")
        page = reverse("packing:parcel", args=[Parcel.objects.get(order=order).pk])
        dan.post(page, {"again": "1", "reason": "Wrong box"})
        scan(dan, order, "done")
        dan.post(page, {"end": end, "reason": "It says so on the parcel"})
    order = accept((books[1], 1))
    choose_copies(order_id=order.id, barcodes=["B2-1"], **WHO)
    fail_order(order_id=order.id, reason="Lost", **WHO)
    made = {(None, ParcelState.OPEN), *ParcelEvent.objects.values_list("from_state", "to_state")}
    assert made == {(move.source, move.target) for move in PARCEL_TABLE}


def test_the_slip_says_what_is_in_the_parcel_and_its_bars_say_the_order(dan, books, accept, tmp_path):
    """W3: no price stands on it."""
    order = accept((books[0], 2), (books[1], 1))
    scan(dan, order, "B1-1", "B1-2", "seal")
    parcel = Parcel.objects.select_related("order").get(order=order)
    answer = dan.get(reverse("packing:slip", args=[parcel.pk]))
    assert (answer["Content-Type"], answer.content) == ("application/pdf", slip.draw(parcel))
    (words,) = words_of(answer.content)
    for word in (order.reference, "Alice Reader", "10115 Berlin", "Pride and Prejudice", "B1-1, B1-2", "9780141439518"):
        assert word in words
    assert "Jane Eyre" not in words and "12.50" not in words and "EUR" not in words
    assert codes_on(answer.content, tmp_path) == [[f"CODE-128:{order.reference}"]]


def test_the_slip_has_the_customers_note_and_of_how_many_parcels_it_is_once_all_is_packed(dan, books, accept):
    note = "Please ring twice.\n" * 100  # more than a page
    order = accept((books[0], 2), (books[1], 1), note=note)

    def slips():
        return [" ".join(words_of(slip.draw(parcel))) for parcel in order.parcels.order_by("number")]

    scan(dan, order, "B1-1", "seal")
    (first,) = slips()
    assert (
        f"parcel 1 {order.reference} Ship" in first
        and "Your note: Please ring twice." in first
        and first.count("ring twice") == 100
    )
    scan(dan, order, "B1-2", "new parcel", "B2-1")
    assert [f"parcel {number} of 3 {order.reference}" in words for number, words in enumerate(slips(), start=1)] == [
        True
    ] * 3
    scan(dan, order, "done")
    assert f"parcel 2 of 3 {order.reference}" in slips()[1]


def test_each_parcel_is_paid_for_by_itself_and_together_they_cost_what_was_sent(dan, books, accept):
    """As the shop tells its customer: the delivery with the first to leave, a coupon shared by the copies of a line."""
    order = accept((books[0], 3), (books[1], 1), total="45.00", delivery="3.90")
    for line, worth in enumerate(("32.00", "9.10"), start=1):
        order.lines.filter(line=line).update(to_pay=worth)
    scan(dan, order, "B1-1", "seal", "new parcel", "B1-2", "B1-3", "B2-1", "seal")
    pages = [
        reverse("packing:parcel", args=[key]) for key in order.parcels.order_by("number").values_list("pk", flat=True)
    ]
    told = [re.search(r"collects <strong>([\d.]+) EUR", dan.get(page).content.decode())[1] for page in pages]
    assert told == ["14.56", "30.44"], "10.66 of 32.00 and the delivery, then the rest"
    scan(dan, order, "done")
    answer = dan.get(reverse("packing:parcels"), {"day": f"{timezone.now():%Y-%m-%d}", "as": "csv"})
    rows = list(csv.DictReader(b"".join(answer.streaming_content).decode().splitlines()))
    assert [(row["to collect"], row["currency"]) for row in rows] == [(each, "EUR") for each in told]


def test_what_could_not_be_sent_is_not_collected(dan, books, accept):
    order = accept((books[0], 2), (books[1], 1), total="38.80", delivery="3.90")
    order.lines.filter(line=1).update(to_pay="25.00", short=1, short_reason="Torn")
    order.lines.filter(line=2).update(to_pay="9.90")
    page = dan.get(reverse("admin:orders_order_change", args=[order.pk])).content.decode()
    assert "26.30 EUR to be collected" in page and "38.80" not in page


def test_nothing_is_collected_for_what_was_paid_and_the_whole_told_where_the_parts_are_not(dan, books, accept):
    paid = accept((books[0], 1), payment="prepaid", paid="12.50", total="12.50", delivery="0.00")
    scan(dan, paid, "B1-1", "seal")
    assert "collects" not in dan.get(reverse("packing:parcel", args=[paid.parcels.get().pk])).content.decode()
    earlier = accept((books[1], 1), total="9.90")
    scan(dan, earlier, "B2-1", "seal")
    page = dan.get(reverse("packing:parcel", args=[earlier.parcels.get().pk])).content.decode()
    assert "collects what the order costs, <strong>9.90 EUR</strong> in all" in page


def test_of_a_free_order_nothing_is_to_be_collected_and_nobody_asks_for_a_sum_of_0(dan, books, accept):
    free = accept((books[0], 1), total="0.00", delivery="0.00")
    free.lines.update(to_pay="0.00")
    earlier = accept((books[1], 1), total="0.00")
    for order, barcode in ((free, "B1-1"), (earlier, "B2-1")):
        scan(dan, order, barcode, "seal")
        page = dan.get(reverse("packing:parcel", args=[order.parcels.get().pk])).content.decode()
        assert "There is nothing to collect." in page and "0.00" not in page
        page = dan.get(reverse("admin:orders_order_change", args=[order.pk])).content.decode()
        assert "on delivery: nothing to collect" in page and "to be collected" not in page
    scan(dan, free, "done")
    answer = dan.get(reverse("packing:parcels"), {"day": f"{timezone.now():%Y-%m-%d}", "as": "csv"})
    (row,) = csv.DictReader(b"".join(answer.streaming_content).decode().splitlines())
    assert (row["to collect"], row["currency"], row["city"]) == ("", "", ADDRESS["city"])


def test_a_packing_slip_names_its_sender_if_one_is_set(dan, books, accept, settings):
    order = accept((books[0], 1))
    scan(dan, order, "B1-1")
    page = reverse("packing:slip", args=[order.parcels.get().pk])
    assert "From" not in words_of(dan.get(page).content)[0]
    settings.RETURN_ADDRESS = "Bookshop Returns | 5 Paper Lane | 10117 Berlin"
    assert "parcel 1 of 1 From Bookshop Returns 5 Paper Lane 10117 Berlin" in words_of(dan.get(page).content)[0]


def test_what_left_on_a_day_is_listed_by_carrier_without_formulas(dan, books, accept):
    order = accept((books[0], 1), ship_to=ADDRESS | {"name": "=cmd|' /C calc'!A0"})
    other = accept((books[1], 1))
    for each, copy, carrier in ((order, "B1-1", "DHL"), (other, "B2-1", "")):
        scan(dan, each, copy)
        Parcel.objects.filter(order=each).update(carrier=carrier)
        scan(dan, each, "done")
    page = reverse("packing:parcels")
    assert dan.get(page).content.decode().count('<th scope="row">') == 2
    today = f"{timezone.now():%Y-%m-%d}"
    answer = dan.get(page, {"day": today, "carrier": "DHL", "as": "csv"})
    rows = list(csv.DictReader(b"".join(answer.streaming_content).decode().splitlines()))
    assert [(row["order"], row["name"], row["copies"]) for row in rows] == [
        (order.reference, "'=cmd|' /C calc'!A0", "1")
    ]
    assert "No parcel left" in dan.get(page, {"day": "2020-01-01"}).content.decode()
    for day in ("nonsense", "9999-12-31", "0001-01-01"):
        assert dan.get(page, {"day": day, "carrier": "\x00"}).status_code == 200


ADDRESS = {
    **{"name": "Alice Reader", "line1": "Elm Street 1", "line2": "", "postcode": "10115"},
    **{"city": "Berlin", "country": "DE", "phone": ""},
}


def test_parcels_are_for_those_who_pack_and_only_of_orders_they_see(
    client, dan, staff, django_user_model, books, accept
):
    """W5"""
    order = accept((books[0], 1), payment="prepaid", paid="9.50", total="9.50")
    scan(staff("office"), order, "B1-1", "seal")
    parcel = Parcel.objects.get(order=order)
    doors = [reverse("packing:parcel", args=[parcel.pk]), reverse("packing:slip", args=[parcel.pk])]
    assert [dan.get(door).status_code for door in doors] == [200, 200]
    looker = django_user_model.objects.create_user("lou@example.org", "x", is_staff=True)
    client.force_login(looker)
    assert [client.get(door).status_code for door in [*doors, reverse("packing:parcels")]] == [403] * 3
    lookers = Group.objects.create(name="Lookers")
    lookers.permissions.add(Permission.objects.get(codename="view_order"))
    looker.groups.add(lookers)
    assert client.get(doors[0]).status_code in (200, 404)
    Order.objects.filter(pk=order.pk).update(paid="1.00")
    assert [dan.get(door).status_code for door in doors] == [404, 404]
    assert dan.get(reverse("packing:parcel", args=[10**20])).status_code == 404
    lookers.permissions.add(Permission.objects.get(codename="see_unpaid_order"))
    assert client.get(doors[0]).status_code == 200
    assert client.post(doors[0], {"again": "1", "reason": "x"}).status_code == 403
    assert states(order) == {1: "sealed"}


@pytest.mark.django_db(transaction=True)
def test_two_packers_seal_and_send_at_once_and_one_does(staff, books, accept, together):
    dan = staff("packer")
    for code, want in (("seal", {1: "sealed"}), ("done", {1: "dispatched"})):
        order = accept((books[0], 1))
        barcode = BookItem.objects.filter(book=books[0], state="available").earliest("id").barcode
        scan(dan, order, barcode)
        revision = Order.objects.get(pk=order.pk).revision
        form = {"code": code, "revision": revision}
        bench = reverse("packing:bench", args=[order.pk])
        together(*(lambda: staff("packer").post(bench, form) for _ in range(2)))
        assert states(order) == want
        assert ParcelEvent.objects.filter(parcel__order=order, to_state="sealed").count() == 1
        assert order.events.filter(status="dispatched").count() == (code == "done")
    assert Allocation.objects.filter(released_at=None).count() == 2
    assert all_adds_up()
