"""Dan packs three books with a hand scanner: nothing but keys, on a tablet, and on a small phone without JavaScript."""

from uuid import uuid4

import people
from conftest import SMALLEST
from playwright.sync_api import expect
from reading import Reader

TABLET = {"viewport": {"width": 768, "height": 1024}}
TITLES = ("Devdas", "The Four Million", "White Fang")


def ordered(visit, card) -> str:
    """Three books, ordered as a guest; the order's reference once the warehouse has it."""
    guest, shop = visit(), card["shop"]["url"]
    for title in TITLES:
        people.put_in_cart(guest, shop, title)
    reference = people.check_out(guest, shop, email=f"sue.{uuid4().hex[:8]}@readers.example")
    people.wait_for_status(guest, "Accepted by the warehouse")
    return reference


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


def look_by_day_and_night(reader: Reader, name: str) -> None:
    for scheme in ("light", "dark"):
        reader.page.emulate_media(color_scheme=scheme)
        reader.look(f"{name}, {scheme}")


def test_three_books_are_three_scans_and_one_command_on_a_tablet(card, visit):
    """W12"""
    reference, page = ordered(visit, card), visit(**TABLET)
    reader = Reader(page, card["store"]["url"])
    open_bench(page, card, reference)
    look_by_day_and_night(reader, "bench")
    scan(page, "no such thing", told="is not a code we know")
    look_by_day_and_night(reader, "bench after a wrong scan")
    first = next_copy(page)
    scan(page, first, told=f"in the box. Copy {first}.")
    scan(page, first, told="in this box already")
    # Two codes in a hurry: the second does not wait for the first one's answer.
    wanted = still_wanted(page)
    page.keyboard.type(f"{next_copy(page)}\n")
    page.keyboard.type(f"{wanted[1]}\n")
    expect(page.get_by_text("Everything is in the box")).to_be_visible()
    look_by_day_and_night(reader, "bench with all books")
    page.keyboard.type("CMDDONE\n")
    expect(page.get_by_text("is sent off with 3 copies")).to_be_visible()
    look_by_day_and_night(reader, "queue")
    page.goto(f"{card['store']['url']}/admin/packing/commands/")
    look_by_day_and_night(reader, "sheet of commands")
    assert reader.wrong == []


def test_three_books_are_packed_on_a_small_phone_without_javascript(card, visit):
    reference, page = ordered(visit, card), visit(**SMALLEST, java_script_enabled=False)
    open_bench(page, card, reference)
    scan(page, next_copy(page), told="in the box. Copy")
    scan(page, "undo", told="is out of the box")
    scan(page, "done", told="ordered copies chosen")
    for _ in TITLES:
        label = next_copy(page)
        scan(page, label, told=f"in the box. Copy {label}.")
    page.locator("#code").type("done")
    page.locator("#code").press("Enter")
    expect(page.get_by_text("is sent off with 3 copies")).to_be_visible()
