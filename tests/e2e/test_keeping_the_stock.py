"""Three copies come in, get labels, are moved and counted: with a scanner and keys alone, on a tablet."""

from uuid import uuid4

import people
from playwright.sync_api import expect
from reading import Reader
from test_packing_by_scanner import TABLET, scan


def type_in(page, label: str, words: str) -> None:
    people.walk_to(page, page.get_by_label(label))
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(words)


def press(page, name: str) -> None:
    people.walk_to(page, page.get_by_role("button", name=name))
    page.keyboard.press("Enter")


def test_what_comes_in_is_labelled_moved_and_counted_by_keys_alone(card, visit):
    """W14"""
    store, page = card["store"]["url"], visit(**TABLET)
    shelf = f"Z-{uuid4().hex[:6].upper()}"
    people.log_in_to_store(page, store, card["logins"]["owner"])
    reader = Reader(page, store)
    page.goto(f"{store}/admin/catalogue/book/?stock=good")
    isbn = page.locator("#result_list .field-isbn13").first.inner_text()
    page.goto(f"{store}/admin/receiving/new/")
    type_in(page, "Supplier", "Dawn & Sons")
    type_in(page, "Number of the delivery note", shelf)
    type_in(page, "Books", f"{isbn}; 3")
    reader.look("new delivery note")
    press(page, "Write it down")
    scan(page, f"SHELF {shelf}", told="stands on shelf")
    for _ in range(3):
        scan(page, isbn, told="is in, on shelf")
    scan(page, isbn, told="are in already")
    reader.look("delivery")
    press(page, "Other paper or start")
    barcodes = page.get_by_label("Barcodes of the copies").input_value().split()
    assert len(barcodes) == 3
    reader.look("labels")
    form = {"what": "\n".join(barcodes), "paper": "roll", "start": "1"}
    form["csrfmiddlewaretoken"] = page.locator("#content-main [name=csrfmiddlewaretoken]").input_value()
    labels = page.request.post(f"{store}/admin/labels/copies/", form=form, headers={"Referer": page.url})
    assert labels.headers["content-type"] == "application/pdf"
    page.goto(f"{store}/admin/shelves/move/")
    scan(page, f"SHELF {shelf}2", told="now scan the copies that go there")
    scan(page, barcodes[0], told=f"is on shelf {shelf}2 now, not on {shelf}")
    reader.look("move")
    page.goto(f"{store}/admin/counting/")
    type_in(page, "Shelf", f"SHELF {shelf}")
    press(page, "Begin to count")
    scan(page, barcodes[1], told="is counted")
    scan(page, barcodes[0], told="It should be on shelf")
    reader.look("count")
    press(page, "Post it: 1 is missing")
    expect(page.get_by_text("The count is posted")).to_be_visible()
    reader.look("posted count")
    page.get_by_role("link", name=barcodes[2]).press("Enter")
    expect(page.get_by_text(f"count of shelf {shelf}")).to_be_visible()
    reader.look("ledger of a copy")
    page.goto(f"{store}/admin/shelves/")
    reader.look("stock at a glance")
    scan_at_a_glance(page, isbn)
    reader.look("ledger of a book")
    assert reader.wrong == []


def scan_at_a_glance(page, isbn: str) -> None:
    expect(page.locator("#code")).to_be_focused()
    page.keyboard.type(f"{isbn}\n")
    expect(page.get_by_text("Who waits for copies")).to_be_visible()
