"""Everything that a reader does, by the keyboard alone, on the narrowest window; without a script too."""

import re
from uuid import uuid4

import people
import pytest
from conftest import SMALLEST, thorough
from keyboard import Keys
from playwright.sync_api import expect

PASSWORD, NEW = "a long walk in the rain", "a longer walk in the snow"
WINDOW = {**SMALLEST, "has_touch": False, "is_mobile": False}
WITHOUT_SCRIPT = {**WINDOW, "java_script_enabled": False}


@pytest.fixture(params=[pytest.param(WINDOW, marks=thorough), WITHOUT_SCRIPT], ids=["with script", "without script"])
def page(request, visit):
    return visit(**request.param)


@pytest.fixture
def keys(page):
    return Keys(page)


def find(keys: Keys, shop: str, words: str) -> None:
    """This function will search for a book, open it, and put it in the cart."""
    keys.page.goto(shop)
    people.walk_to(keys.page, keys.page.get_by_role("searchbox"))
    keys.page.keyboard.type(words)
    keys.page.keyboard.press("Enter")
    keys.page.wait_for_url("**/books/?**")
    keys.press(keys.page.locator(".book-list .card-words h2 a").first)
    keys.press_button("Add to cart")
    keys.page.get_by_text("put in your cart").first.wait_for()


def go_to_the_checkout(keys: Keys, shop: str) -> None:
    keys.page.goto(f"{shop}/cart/")
    keys.press(keys.page.locator("main").get_by_role("link", name=re.compile("checkout", re.I)).first)
    keys.page.wait_for_url("**/checkout/")


def say_where_to(keys: Keys, name: str) -> None:
    keys.write("Full name", name)
    keys.write("Street and number", "Long Lane 1")
    keys.write("Postcode", "10115")
    keys.write("Town or city", "Berlin")
    keys.write("Country", "Germany")  # letters choose in a list


def use_coupon(keys: Keys, code: str) -> None:
    keys.write("Coupon", code)
    keys.press_button("Apply")
    keys.page.locator(".coupon-taken").wait_for()


def pay_by(keys: Keys, gateway: str) -> None:
    keys.choose(keys.page.locator(f"input[name=payment][value={gateway}]"))
    keys.press(keys.page.locator("#place-order"))


def register(keys: Keys, shop: str, mail: str, email: str) -> None:
    keys.page.goto(f"{shop}/accounts/signup/")
    keys.write("Email", email)
    keys.write("Password", PASSWORD)
    keys.press_button("Register")
    keys.page.wait_for_url("**/confirm-email/**")
    people.wait_for_letters(mail, email, 1)
    keys.write("Code", people.CODE.search(people.letters_to(mail, email)[-1]["Content"]["Body"])[1])
    keys.press_button("Confirm")
    keys.page.wait_for_url(lambda url: "confirm-email" not in url)


@pytest.mark.parametrize("window", [WINDOW, WITHOUT_SCRIPT], ids=["with script", "without script"])
def test_a_guest_buys(card, visit, window):
    shop, page = card["shop"]["url"], visit(**window)
    keys = Keys(page)
    find(keys, shop, "dracula")
    go_to_the_checkout(keys, shop)
    keys.write("E-mail address", f"kay.{uuid4().hex[:8]}@readers.example")
    say_where_to(keys, "Kay Keys")
    use_coupon(keys, "sendfree")
    expect(page.get_by_label("Full name", exact=True)).to_have_value("Kay Keys")
    expect(page.get_by_label("Country", exact=True)).to_have_value("DE")
    keys.press(page.locator("#place-order"))
    page.wait_for_url("**/orders/*-*-*/**")
    assert people.REFERENCE.search(page.locator("h1").inner_text())


def test_a_reader_registers_is_declined_pays_with_a_coupon_and_reviews_what_came(card, with_peers, visit, page, keys):
    shop, store, mail = (card[part]["url"] for part in ("shop", "store", "mail"))
    email, words = f"kira.{uuid4().hex[:8]}@readers.example", f"I read it by keyboard, {uuid4().hex[:6]}."
    register(keys, shop, mail, email)
    find(keys, shop, "dracula")
    book = page.locator("main h1").inner_text(), page.url
    go_to_the_checkout(keys, shop)
    say_where_to(keys, "Kira Keys")
    use_coupon(keys, "welcome10")
    pay_by(keys, "paypal")
    keys.press(page.get_by_role("button", name="Pay with a card that is declined"))
    expect(page.get_by_role("alert")).to_contain_text("The payment was declined. Nothing was charged")
    keys.press_button("Pay with Test bank")
    page.wait_for_url("**/test-bank/**")
    keys.press(page.get_by_role("button", name="Pay", exact=True))
    page.wait_for_url("**/orders/*-*-*/**")
    people.wait_for_status(page, "Accepted by the warehouse")
    expect(page.locator(".items tfoot")).to_contain_text("Coupon WELCOME10")

    packer = visit()
    people.log_in_to_store(packer, store, card["logins"]["packer"])
    people.pack(packer, store, people.REFERENCE.search(page.locator("h1").inner_text())[1])
    people.wait_for_status(page, "Shipped")
    keys.press(page.locator("main").get_by_role("link", name=book[0]).first)
    keys.press(page.get_by_role("link", name="Write a review"))
    keys.choose(page.get_by_label("Good"))
    keys.write("Your review", words)
    keys.press_button("Send the review")
    page.wait_for_url(book[1])
    expect(page.locator(".reviews")).to_contain_text("waits to be read")


def test_a_lost_password_is_set_anew(card, visit, page, keys):
    shop, mail = card["shop"]["url"], card["mail"]["url"]
    email = f"kurt.{uuid4().hex[:8]}@readers.example"
    people.register(visit(), shop, mail, email=email, password=PASSWORD)
    page.goto(f"{shop}/accounts/login/")
    keys.press(page.get_by_role("link", name=re.compile("forgot", re.I)))
    keys.write("Email", email)
    keys.press(page.locator("main form button[type=submit]"))
    page.goto(people.link_to_a_new_password(mail, email))
    keys.write("New Password", NEW)
    keys.write("New Password (again)", NEW)
    keys.press(page.locator("main form button[type=submit]"))
    page.goto(f"{shop}/accounts/login/?next=/orders/")
    keys.write("Email", email)
    keys.write("Password", NEW)
    keys.press(page.locator("main form button[type=submit]").first)
    page.wait_for_url("**/orders/")


def test_a_book_in_rials_is_paid_at_zarinpal_and_reaches_the_store(card, with_peers, book_in_rials, page, keys, visit):
    shop, email = card["shop"]["url"], f"karim.{uuid4().hex[:8]}@readers.example"
    find(keys, shop, book_in_rials)
    go_to_the_checkout(keys, shop)
    keys.write("E-mail address", email)
    say_where_to(keys, "Karim Keys")
    pay_by(keys, "zarinpal")
    keys.press(page.get_by_role("button", name="Pay", exact=True))
    expect(page.get_by_text("Your payment arrived").first).to_be_visible()
    expect(page.locator("main")).to_contain_text("1,250,000")
    people.wait_for_status(page, "Accepted by the warehouse")
    reference = people.REFERENCE.search(page.locator("h1").inner_text()).group(1)
    warehouse = visit()
    people.log_in_to_store(warehouse, card["store"]["url"], card["logins"]["owner"])
    warehouse.goto(f"{card['store']['url']}/admin/orders/order/?q={reference}")
    warehouse.locator("#result_list tbody th a").first.click()
    expect(warehouse.get_by_role("main")).to_contain_text("1250000.00")
