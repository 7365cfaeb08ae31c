"""Dan packs three books with a hand scanner: nothing but keys, on a tablet, and on a small phone without JavaScript."""

import people
from conftest import SLOWEST_STEP_MS, SMALLEST
from playwright.sync_api import expect
from reading import Reader

TABLET = {"viewport": {"width": 768, "height": 1024}}
TITLES = ("Devdas", "The Four Million", "White Fang")


def ordered(visit, card) -> tuple[str, object]:
    """Three books, ordered as a guest; the order's reference once the warehouse has it, and the guest's page of it."""
    guest = visit()
    return people.order_as_guest(guest, card["shop"]["url"], TITLES), guest


def open_bench(page, card, reference: str) -> None:
    people.log_in_to_store(page, card["store"]["url"], card["logins"]["packer"])
    page.get_by_role("link", name="Pack with a scanner").press("Enter")
    page.get_by_role("link", name=reference).press("Enter")
    expect(page.get_by_text("0 of 3 in the box")).to_be_visible()


def scan(page, code: str, *, told: str) -> None:
    """As the scanner does: the letters and Enter, wherever the cursor is."""
    expect(page.locator("#code")).to_be_focused()
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    expect(page.locator("#told")).to_contain_text(told)


def next_copy(page) -> str:
    return page.locator("input[name=offered]").first.input_value()


def still_wanted(page) -> list[str]:
    """The ISBN of each copy that is not in the box yet, the next one first."""
    wanted = []
    for row in page.locator("#lines tbody tr").all():
        packed, of = map(int, row.locator("[data-label='In the box'] strong").inner_text().split(" of "))
        wanted += [row.locator("[data-label=ISBN]").inner_text()] * (of - packed)
    return wanted


def test_three_books_are_three_scans_and_one_command_on_a_tablet(card, visit):
    """W12"""
    (reference, _), page = ordered(visit, card), visit(**TABLET)
    reader = Reader(page, card["store"]["url"])
    open_bench(page, card, reference)
    reader.look("bench")
    scan(page, "no such thing", told="is not a code we know")
    reader.look("bench after a wrong scan")
    first = next_copy(page)
    scan(page, first, told=f"in the box. Copy {first}.")
    scan(page, first, told="in this box already")
    # Codes in a hurry, with the cursor on a button: none waits for the answer to the one before, no button is pressed by
    # them, and what was refused between two good ones is still to be read.
    wanted = still_wanted(page)
    page.get_by_role("button", name="Undo").focus()
    page.keyboard.type(f"{next_copy(page)}\n")
    page.keyboard.type("another shop's\n")
    page.keyboard.type(f"{wanted[1]}\n")
    expect(page.get_by_text("Everything is in the box")).to_be_visible()
    refused = page.get_by_role("region", name="Refused before")
    expect(refused).to_contain_text("another shop's: ")
    reader.look("bench with a refusal that was covered")
    refused.get_by_role("button", name="I have seen it").press("Enter")
    expect(refused).to_be_hidden()
    reader.look("bench with all books")
    page.keyboard.type("CMDDONE\n")
    expect(page.get_by_text("is sent off with 3 copies")).to_be_visible()
    reader.look("queue")
    page.get_by_role("link", name="What left, by carrier").press("Enter")
    reader.look("what left")
    page.get_by_role("link", name=f"{reference}, parcel 1").press("Enter")
    reader.look("a parcel")
    page.goto(f"{card['store']['url']}/admin/packing/commands/")
    reader.look("sheet of commands")
    assert reader.wrong == []


def test_an_order_that_is_cancelled_stops_its_packer_at_once(card, visit):
    """L20: without another scan, and the next one leads on."""
    (reference, guest), page = ordered(visit, card), visit(**TABLET)
    open_bench(page, card, reference)
    first = next_copy(page)
    scan(page, first, told="in the box. Copy")
    guest.get_by_role("link", name="Cancel this order").click()
    guest.get_by_role("button", name="Yes, cancel it").click()
    expect(page.get_by_role("alert").filter(has_text="this order was cancelled")).to_be_visible(timeout=SLOWEST_STEP_MS)
    expect(page.get_by_role("link", name="To the queue")).to_be_focused()
    assert first in page.locator(".stop").inner_text(), "what is to be put back"
    page.keyboard.type("whatever\n")
    expect(page.get_by_role("heading", name="Packing")).to_be_visible()


def test_three_books_leave_in_two_parcels_on_a_small_phone_without_javascript(card, visit):
    """W13: with keys alone; the customer sees each parcel with its code."""
    (reference, guest), page = ordered(visit, card), visit(**SMALLEST, java_script_enabled=False)
    open_bench(page, card, reference)
    scan(page, next_copy(page), told="in the box. Copy")
    scan(page, "undo", told="is out of the box")
    scan(page, "done", told="ordered copies chosen")
    scan(page, next_copy(page), told="in the box. Copy")
    scan(page, "seal", told="Parcel 1 is sealed with 1 copy")
    page.get_by_role("link", name="Parcel 1", exact=True).press("Enter")
    page.get_by_label("Carrier").fill("DHL")
    page.get_by_label("Tracking code").fill("00340434161094042557")
    page.get_by_label("Tracking code").press("Enter")
    page.get_by_role("link", name="To the bench of its order").press("Enter")
    scan(page, "done", told="sent off with 1 copy; 2 more are to come")
    people.wait_for_status(guest, "Shipped in part")
    expect(guest.get_by_text("00340434161094042557")).to_be_visible()
    scan(page, next_copy(page), told="in the box. Copy")
    scan(page, "new parcel", told="Parcel 3 is open")
    scan(page, "undo", told="Parcel 3 is not used")
    scan(page, next_copy(page), told="in the box. Copy")
    page.locator("#code").type("done")
    page.locator("#code").press("Enter")
    expect(page.get_by_text("is sent off with 2 copies")).to_be_visible()
    people.wait_for_status(guest, "Shipped")
    expect(guest.get_by_role("heading", name="Parcel 2")).to_be_visible()
