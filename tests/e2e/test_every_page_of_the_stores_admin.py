"""Every page of the store's admin, found by walking through it: on a tablet, read aloud, in the dark, under a strict policy."""

from uuid import uuid4

import people
import pytest
from conftest import SMALLEST, thorough
from playwright.sync_api import expect
from reading import Reader
from test_packing_by_scanner import TABLET
from walking import Walk

WINDOWS = [
    pytest.param(TABLET, id="tablet"),
    pytest.param(SMALLEST, id="smallest phone", marks=thorough),
    pytest.param({"viewport": {"width": 1280, "height": 850}}, id="desktop", marks=thorough),
]
IMPORTS = "/admin/importing/importrun/"


def order(visit, card, *titles) -> tuple[str, object]:
    guest = visit()
    return people.order_as_guest(guest, card["shop"]["url"], titles), guest


def ask_to_return(guest) -> None:
    guest.get_by_role("link", name="Send books back").click()
    for choice in guest.locator("main select").all():
        choice.select_option(index=1)
    guest.get_by_role("button", name="Ask to send them back").click()
    guest.wait_for_url(lambda url: "/return/" not in url)


def leave_something_everywhere(page, visit, card) -> None:
    """This function will do a day's work, so that each of the store's pages has something to show."""
    store = card["store"]["url"]
    packed, guest = order(visit, card, "Devdas")
    people.pack(page, store, packed)
    people.wait_for_status(guest, "Shipped")
    ask_to_return(guest)
    order(visit, card, "The Four Million", "White Fang")
    page.goto(f"{store}/admin/catalogue/book/?stock=good")
    isbn = page.locator("#result_list .field-isbn13").first.inner_text()
    page.goto(f"{store}/admin/receiving/new/")
    page.get_by_label("Supplier").fill("Dawn & Sons")
    page.get_by_label("Number of the delivery note").fill(uuid4().hex[:8])
    page.get_by_label("Books").fill(f"{isbn}; 3")
    page.get_by_role("button", name="Write it down").click()
    page.goto(f"{store}/admin/counting/")
    page.get_by_label("Shelf").fill(f"Z-{uuid4().hex[:6].upper()}")
    page.get_by_role("button", name="Begin to count").click()
    page.goto(f"{store}{IMPORTS}add/")
    file = {
        "name": f"{'spring-' * 8}.csv",
        "mimeType": "text/csv",
        "buffer": b"EAN;Titel;Preis\n9791200000013;X;1,00\n",
    }
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Upload and check").click()
    page.get_by_role("button", name="Check the file").wait_for()


@pytest.mark.parametrize("window", WINDOWS)
def test_no_page_of_the_stores_admin_shuts_anybody_out(card, visit, window):
    store, page = card["store"]["url"], visit(**window)
    people.log_in_to_store(page, store, card["logins"]["owner"])
    leave_something_everywhere(page, visit, card)
    reader, walk = Reader(page, store, most_requests=None), Walk(page, store)
    for path in walk:
        reader.open(path, until="load")
    assert walk.wrong + reader.wrong == []


@pytest.mark.parametrize("window", WINDOWS)
def test_forms_with_mistakes_open_choices_and_pages_of_refusals_shut_nobody_out(card, visit, window):
    store, page = card["store"]["url"], visit(**window)
    reader = Reader(page, store, most_requests=None)
    for path in ("/nothing/", "/admin/"):
        reader.open(path, until="load")
    page.locator("[name=username]").fill(f"{uuid4().hex[:8]}@readers.example")
    page.locator("[name=password]").fill("a guess")
    page.locator("[type=submit]").click()
    page.locator(".errornote").wait_for()
    reader.look("log-in with a mistake")
    page.locator("[name=csrfmiddlewaretoken]").evaluate("token => { token.value = 'x'.repeat(64) }")
    page.locator("[name=password]").fill("a guess")
    page.locator("[type=submit]").click()
    page.get_by_role("heading", name="Please send it again").wait_for()
    reader.look("a form from long ago")
    people.log_in_to_store(page, store, card["logins"]["owner"])
    for model in ("accounts/user", "catalogue/book", "stock/bookitem"):
        page.goto(f"{store}/admin/{model}/add/")
        page.locator("[name=_save]").click()
        page.locator(".errornote").wait_for()
        reader.look(f"{model} with mistakes")
    page.get_by_role("combobox", name="Book").click()
    page.get_by_role("listbox", name="Book").get_by_role("option", name="A Christmas Carol", exact=True).wait_for()
    reader.look("choice of a book")
    reader.open("/admin/catalogue/category/add/?_popup=1", until="load")
    assert reader.wrong == []


def test_on_a_tablet_a_list_has_the_whole_width_and_its_filters_are_folded(card, visit):
    store, page = card["store"]["url"], visit(**TABLET)
    people.log_in_to_store(page, store, card["logins"]["owner"])
    page.goto(f"{store}/admin/catalogue/book/")
    expect(page.locator("#nav-sidebar")).to_be_hidden()
    table = page.get_by_role("region", name="Books")
    assert table.bounding_box()["width"] > 700
    title = page.locator("#result_list tbody th").first
    before = title.bounding_box()["x"]
    table.evaluate("table => { table.scrollLeft = 1000 }")
    assert page.locator("#result_list td.field-retired").first.bounding_box()["x"] < TABLET["viewport"]["width"]
    assert abs(title.bounding_box()["x"] - before) <= before, "the title stays in sight"
    filters = page.get_by_role("navigation", name="Filter")
    expect(filters.get_by_role("link", name="paperback")).to_be_hidden()
    filters.locator("summary").first.press("Enter")
    filters.get_by_role("link", name="paperback").click()
    expect(page.get_by_role("heading", name="Filter, in use")).to_be_visible()
    page.set_viewport_size({"width": 1280, "height": 850})
    expect(page.get_by_role("link", name="paperback")).to_be_visible()
    expect(page.locator("#nav-sidebar")).to_be_visible()


def test_on_a_phone_each_row_of_a_list_is_a_card(card, visit):
    store, page = card["store"]["url"], visit(**SMALLEST)
    people.log_in_to_store(page, store, card["logins"]["owner"])
    page.goto(f"{store}/admin/stock/bookitem/")
    row, wide = page.locator("#result_list tbody tr").first, SMALLEST["viewport"]["width"]
    for cell in row.locator("th, td").all():
        box = cell.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= wide
    words = row.locator(".field-condition").evaluate("cell => getComputedStyle(cell, '::before').content")
    assert words == '"Condition"'
