"""The code by which a parcel is followed is scanned where it is packed, before the parcel leaves."""

import pytest
from django.urls import reverse

from store.orders.models import Order
from store.orders.parcels import Parcel

JJD = "JJD000390007882651234"


@pytest.fixture
def dan(staff):
    return staff("packer")


@pytest.fixture
def scan(dan):
    """Scan one code after the other, each by the form of the newest page, as a browser without scripts does."""

    def run(order, *codes):
        bench = reverse("packing:bench", args=[order.pk])
        page = dan.get(bench)
        for code in codes:
            fields = {"code": code, "revision": page.context["order"].revision}
            if 'name="awaits_tracking"' in page.content.decode():
                fields["awaits_tracking"] = "1"
            page = dan.post(bench, fields)
        return page

    return run


def said(response):
    return response.context["told"].words


def label(order, number=1):
    return Parcel.objects.values_list("carrier", "tracking").get(order=order, number=number)


def test_the_scan_after_the_command_is_the_tracking_code_and_leaves_with_the_parcel(dan, books, accept, scan):
    order = accept((books[0], 1))
    page = scan(order, "B1-1", "CMDTRACKING")
    assert said(page) == "Scan the tracking code of parcel 1; “undo” leaves it."
    assert "Scan the tracking code</label>" in page.content.decode()
    page = scan(order, "CMDTRACKING", f"]C1{JJD}")
    assert said(page) == f"Parcel 1: {JJD}." and 'name="awaits_tracking"' not in page.content.decode()
    assert scan(order, "done").status_code == 302
    (sent,) = order.events.latest("version").parcels
    assert (sent["carrier"], sent["tracking"]) == ("", JJD)


def test_code_and_carrier_can_be_typed_and_the_last_carrier_is_kept(books, accept, scan):
    first, second = accept((books[0], 1)), accept((books[0], 1))
    scan(first, "B1-1", "carrier DHL", "tracking 0034 0434", "done")
    assert label(first) == ("DHL", "0034 0434")
    page = scan(second, "B1-2", f"tracking {JJD}")
    assert said(page).startswith(f"Parcel 1: DHL {JJD}. Does another carry it?")
    assert said(scan(second, "CMDCARRIER Österreichische Post")) == f"Parcel 1: Österreichische Post {JJD}."
    assert said(scan(second, f"tracking {JJD}9")) == f"Parcel 1: Österreichische Post {JJD}9."


def test_the_code_is_of_the_open_parcel_or_else_of_that_sealed_last(books, accept, scan):
    order = accept((books[0], 3))
    assert said(scan(order, "tracking")).startswith("No parcel is packed")
    scan(order, "B1-1", "seal", "tracking ONE", "B1-2", "tracking TWO", "seal", "tracking", "2")
    assert [label(order, number)[1] for number in (1, 2)] == ["ONE", "2"]
    scan(order, "done")
    assert "Of parcel 2, which has left, note it on the parcel's own page." in said(scan(order, "tracking THREE"))


@pytest.mark.parametrize("mistaken", ["B1-2", "9780141439518"])
def test_a_book_or_a_copy_is_no_tracking_code(books, accept, scan, mistaken):
    order = accept((books[0], 2))
    page = scan(order, "B1-1", "tracking", mistaken)
    assert "no tracking code: nothing is noted" in said(page)
    assert label(order) == ("", "")
    assert "Copy B1-2" in said(scan(order, "B1-1", "tracking", "B1-3", "B1-2")), "the next scan is a copy again"


def test_a_command_is_obeyed_also_while_a_code_is_awaited_and_undo_only_leaves_it(books, accept, scan):
    order = accept((books[0], 2))
    page = scan(order, "B1-1", "tracking", "undo")
    assert said(page) == "No tracking code is noted." and page.context["packed"] == 1
    assert "is sealed" in said(scan(order, "tracking", "seal"))
    assert label(order) == ("", "")


def test_a_code_that_is_too_long_or_comes_from_an_old_page_is_refused(dan, books, accept, scan):
    order = accept((books[0], 2))
    scan(order, "B1-1")
    assert "is not a code we know" in said(scan(order, f"tracking {'9' * 61}"))
    assert "is not a code we know" in said(scan(order, "tracking", "9" * 61))
    assert "is not a code we know" in said(scan(order, f"carrier {'D' * 41}"))
    page = dan.post(reverse("packing:bench", args=[order.pk]), {"code": "tracking 9", "revision": "0"})
    assert "This page was not the newest" in said(page)
    assert label(order) == ("", "")


def test_a_parcel_that_another_packs_gets_no_code_from_here(staff, books, accept, scan):
    order = accept((books[0], 2))
    scan(order, "B1-1")
    revision = Order.objects.get(pk=order.pk).revision
    other = staff("packer", email="petra@example.org")
    page = other.post(reverse("packing:bench", args=[order.pk]), {"code": "tracking 9", "revision": revision})
    assert "dan@example.org is packing this order" in said(page) and label(order) == ("", "")


def test_the_sheet_has_bars_for_the_command_and_for_the_carriers_of_late(dan, books, accept, scan):
    order, other = accept((books[0], 1)), accept((books[0], 1))
    scan(order, "B1-1", "carrier DHL Express", "done")
    scan(other, "B1-2", "carrier Österreichische Post", "done")
    sheet = dan.get(reverse("packing:commands")).content.decode()
    assert "Code 128 of CMDTRACKING" in sheet and "Code 128 of CMDCARRIER DHL Express" in sheet
    assert "Österreichische" not in sheet, "bars cannot say it; it is typed"
