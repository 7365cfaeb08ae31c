"""What a reader keeps at the shop: a wishlist, reviews, the same order again, and the invoice; on the smallest phone."""

from email.header import decode_header, make_header
from io import BytesIO
from uuid import uuid4

import people
import pytest
from conftest import SMALLEST, thorough
from playwright.sync_api import expect
from pypdf import PdfReader
from reading import Reader

WAYS = {"with script": {}, "without script": {"java_script_enabled": False}}
PASSWORD = "a long walk in the rain"
WORDS = "A quiet book that I did not want to end."


def new_address() -> str:
    return f"rose.{uuid4().hex[:8]}@readers.example"


def first_book(page, shop: str) -> str:
    """This function will open the first book on the shelf and answer its title."""
    page.goto(f"{shop}/books/?in_stock=1&order=title")
    page.locator(".book-list .card-words h2 a").first.click()
    page.wait_for_load_state()
    return page.locator("h1").inner_text()


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_a_guest_wishes_logs_in_and_moves_it_to_the_cart(card, visit, way):
    shop, mail = card["shop"]["url"], card["mail"]["url"]
    email = new_address()
    people.register(visit(), shop, mail, email=email, password=PASSWORD)
    page = visit(**SMALLEST, **way)
    title = first_book(page, shop)
    book = page.url
    page.get_by_role("button", name="Add to wishlist").click()
    page.wait_for_url("**/accounts/login/**")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(book)
    expect(page.locator("#messages")).to_contain_text("is on your wishlist")
    expect(page.locator(".buy .btn-wish")).to_contain_text("On your wishlist")
    page.get_by_role("button", name="On your wishlist").click()
    expect(page.locator(".buy .btn-wish")).to_contain_text("Add to wishlist")
    page.get_by_role("button", name="Add to wishlist").click()
    expect(page.locator(".buy .btn-wish")).to_contain_text("On your wishlist")
    page.goto(f"{shop}/wishlist/")
    page.get_by_role("button", name="Move to cart").click()
    page.wait_for_load_state()
    expect(page.locator("#messages")).to_contain_text("in your cart")
    expect(page.locator(".empty")).to_contain_text("Nothing on it yet")
    page.goto(f"{shop}/cart/")
    expect(page.locator(".basket-words h2")).to_have_text(title)


def approve(page, shop: str, login: dict, words: str) -> None:
    page.goto(f"{shop}/admin/reviews/review/?state=waiting")
    page.get_by_label("Email").fill(login["email"])
    page.get_by_label("Password", exact=True).fill(login["password"])
    page.locator("main form button[type=submit]").click()
    page.get_by_role("row").filter(has_text=words).locator("input.action-select").check()
    page.locator("select[name=action]").select_option("approve")
    page.get_by_role("button", name="Run the selected action").or_(page.get_by_role("button", name="Go")).first.click()
    page.locator(".messagelist .success").wait_for()


@pytest.mark.parametrize(
    "way",
    [pytest.param(WAYS["with script"], marks=thorough), WAYS["without script"]],
    ids=WAYS.keys(),
)
def test_after_shipping_a_reader_reviews_reads_the_invoice_and_orders_again(card, visit, way):
    shop, store, mail = (card[part]["url"] for part in ("shop", "store", "mail"))
    page, email, words = visit(**SMALLEST, **way), new_address(), f"{WORDS} {uuid4().hex[:6]}"
    people.register(page, shop, mail, email=email, password=PASSWORD)
    title = first_book(page, shop)
    book = page.url
    page.get_by_role("button", name="Add to cart").first.click()
    page.get_by_text("put in your cart").first.wait_for()
    reference = people.check_out(page, shop)
    order = page.url
    people.wait_for_status(page, "Accepted by the warehouse")
    packer = visit()
    people.log_in_to_store(packer, store, card["logins"]["packer"])
    people.pack(packer, store, reference)
    people.wait_for_status(page, "Shipped")
    expect(page.locator(".order-line li")).to_have_count(4)
    expect(page.locator(".order-line-done")).to_have_count(4)

    page.goto(book)
    page.get_by_role("link", name="Write a review").click()
    page.get_by_role("button", name="Send the review").click()
    page.locator("#errors").wait_for()
    page.get_by_label("Good").check()
    page.get_by_label("Your review").fill(words)
    page.get_by_role("button", name="Send the review").click()
    page.wait_for_url(book)
    expect(page.locator(".reviews")).to_contain_text("waits to be read")
    approve(visit(), shop, card["logins"]["owner"], words)
    stranger = visit(**SMALLEST, **way)
    stranger.goto(book)
    expect(stranger.locator(".reviews")).to_contain_text(words)
    subjects = [str(make_header(decode_header(each))) for each in people.wait_for_letters(mail, email, 5)]
    assert subjects[-1] == f"Your review of “{title}” is shown"

    page.goto(order)
    page.get_by_role("link", name="Invoice 0").click()
    page.wait_for_load_state()
    expect(page.locator(".invoice")).to_contain_text(title)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as PDF").click()
    text = PdfReader(BytesIO(download.value.path().read_bytes())).pages[0].extract_text()
    assert reference in text and "Page 1 of 1" in text

    page.goto(order)
    page.get_by_role("button", name="Order again").click()
    page.wait_for_url("**/cart/")
    expect(page.locator(".basket-words h2")).to_have_text(title)
    page.goto(order)
    page.get_by_role("button", name="Order again").click()
    page.wait_for_url("**/cart/")
    expect(page.locator("#cart-badge")).to_contain_text("1")


def test_these_pages_shut_nobody_out(card, visit):
    shop, store, mail = (card[part]["url"] for part in ("shop", "store", "mail"))
    page, email = visit(**SMALLEST), new_address()
    reader = Reader(page, shop)
    people.register(page, shop, mail, email=email, password=PASSWORD)
    for path in ("/wishlist/", "/reviews/"):
        reader.open(path)
    first_book(page, shop)
    page.get_by_role("button", name="Add to wishlist").click()
    expect(page.locator(".buy .btn-wish")).to_contain_text("On your wishlist")
    reader.look("book, on the wishlist")
    page.get_by_role("button", name="Add to cart").first.click()
    page.get_by_text("put in your cart").first.wait_for()
    book = page.url
    reference = people.check_out(page, shop)
    order = page.url.removeprefix(shop)
    people.wait_for_status(page, "Accepted by the warehouse")
    reader.look("order, accepted")
    packer = visit()
    people.log_in_to_store(packer, store, card["logins"]["packer"])
    people.pack(packer, store, reference)
    people.wait_for_status(page, "Shipped")
    for path in (
        "/wishlist/",
        "/orders/",
        order,
        f"{order}story/",
        f"{order}invoice/",
        f"{order}return/",
        "/books/?in_stock=1",
    ):
        reader.open(path)
    page.goto(book)
    page.get_by_role("link", name="Write a review").click()
    page.get_by_role("button", name="Send the review").click()
    page.locator("#errors").wait_for()
    reader.look("review with mistakes")
    page.get_by_label("Weak").check()
    page.get_by_label("Your review").fill(WORDS)
    page.get_by_role("button", name="Send the review").click()
    page.wait_for_url(book)
    reader.look("book with a review that waits")
    reader.open("/reviews/")
    assert reader.wrong == []
