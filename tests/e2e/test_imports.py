"""Olga brings books in from a file, without JavaScript; a minute later they are in the shop. Nobody is shut out of the pages."""

import time
from uuid import uuid4

import people
import pytest
from reading import Reader
from test_pages_for_everybody import WINDOWS

from isbns import isbn13

WITHIN_S = 60
IMPORTS = "/admin/importing/importrun/"


def send_in(page, store: str, title: str) -> None:
    file = f"EAN;Titel;Preis;Bestand;Farbe\n{isbn13('9792', uuid4().int % 10**8)};{title};12,50;3;blau\n9781948372603;Wrong;1;1;rot\n"
    page.goto(store + IMPORTS)
    page.get_by_role("link", name="Add import").first.click()
    page.get_by_label("File").set_input_files({"name": "spring.csv", "mimeType": "text/csv", "buffer": file.encode()})
    page.get_by_role("button", name="Upload and check").click()
    page.get_by_role("button", name="Check the file").wait_for()


def look_until(page, words: str) -> None:
    deadline = time.monotonic() + WITHIN_S
    while words not in page.locator("#now").inner_text():
        assert time.monotonic() < deadline, page.locator("#now").inner_text()
        page.get_by_role("link", name="Look again").click()


def test_a_file_from_its_upload_to_the_shop_without_javascript(card, visit):
    store, title = card["store"]["url"], f"Sent in {uuid4().hex[:8]}"
    page = visit(java_script_enabled=False)
    people.log_in_to_store(page, store, card["logins"]["owner"])
    send_in(page, store, title)
    page.get_by_role("button", name="Check the file").click()
    look_until(page, "nothing is changed yet")
    assert "is no ISBN" in page.get_by_role("row", name="9781948372603").inner_text()
    page.get_by_role("button", name="Yes, bring it in").click()
    look_until(page, "Done: 1 new, 0 changed, 0 retired; 3 copies added; 1 left out.")
    guest = visit()
    deadline = time.monotonic() + WITHIN_S
    while not guest.goto(f"{card['shop']['url']}/books/?q={title}") or title not in guest.locator("main").inner_text():
        assert time.monotonic() < deadline


@pytest.mark.parametrize("window", WINDOWS)
def test_the_pages_of_an_import_shut_nobody_out(card, visit, window):
    store = card["store"]["url"]
    page = visit(**window)
    people.log_in_to_store(page, store, card["logins"]["owner"])
    reader = Reader(page, store)
    reader.open(f"{IMPORTS}add/")
    send_in(page, store, "Never brought in")
    reader.look("columns")
    page.get_by_role("button", name="Check the file").click()
    page.get_by_role("button", name="Yes, bring it in").wait_for(timeout=WITHIN_S * 1000)
    reader.look("what it would change")
    page.get_by_role("button", name="Discard it").click()
    page.get_by_text("nothing was changed").wait_for()
    reader.look("its end")
    assert reader.wrong == []
