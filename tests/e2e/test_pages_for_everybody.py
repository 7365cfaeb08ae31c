"""Every page of the shop is for everybody: read aloud, by keyboard, on a phone, in the dark, light to load."""

import people
import pytest
from conftest import SMALLEST, thorough
from playwright.sync_api import expect
from reading import Reader

# Each is looked at by day and by night.
WINDOWS = [
    pytest.param(SMALLEST, id="smallest phone"),
    pytest.param({"viewport": {"width": 1280, "height": 850}}, id="desktop", marks=thorough),
]
OWN_PAGES = (
    *("/account/name/", "/account/addresses/", "/account/addresses/new/", "/accounts/password/change/"),
    *("/accounts/logout/", "/accounts/sessions/", "/accounts/2fa/", "/accounts/2fa/totp/activate/"),
)
BEHIND_THE_PASSWORD = ("/accounts/email/", "/account/data/", "/account/delete/")


@pytest.mark.parametrize("window", WINDOWS)
def test_no_page_shuts_anybody_out(card, visit, window, request):
    shop, mail = card["shop"]["url"], card["mail"]["url"]
    page = visit(**window)
    reader = Reader(page, shop)
    for path in ("/", "/books/", "/books/?q=no+such+book", "/cart/", "/nothing/", "/accounts/password/reset/"):
        reader.open(path)
    for path in ("/accounts/login/", "/accounts/signup/", "/orders/"):
        reader.open(path)

    page.goto(f"{shop}/books/?in_stock=1")
    page.locator(".card-words a").first.click()
    page.wait_for_load_state("networkidle")
    reader.look("book")
    page.get_by_role("button", name="Add to cart").first.click()
    page.get_by_text("put in your cart").first.wait_for()
    reader.look("book, put in the cart")

    reader.open("/cart/")
    page.locator(".stepper .quantity").first.fill("many")
    page.locator(".stepper .quantity").first.press("Enter")
    page.locator(".line-error").wait_for()
    reader.look("cart with a mistake")

    reader.open("/checkout/")
    page.locator("#place-order").click()
    page.locator("#errors").wait_for()
    reader.look("checkout with mistakes")
    people.check_out(page, shop, email=f"reader.{abs(hash(request.node.name)) % 10**8}@readers.example")
    reader.look("order")

    email = f"anna.{abs(hash(request.node.name)) % 10**8}@readers.example"
    people.register(page, shop, mail, email=email, password="a long walk in the rain")
    for path in ("/account/", "/orders/", *OWN_PAGES):
        reader.open(path)
    page.get_by_label("Password").fill("a long walk in the rain")
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/totp/activate/**")
    reader.look("authenticator app")
    for path in BEHIND_THE_PASSWORD:
        reader.open(path)
    use_an_app(page, shop, reader, email)
    assert reader.wrong == []


def use_an_app(page, shop: str, reader: Reader, email: str) -> None:
    """This function will look at every page that a second step at log-in brings with it."""
    page.goto(f"{shop}/accounts/2fa/totp/activate/")
    secret = page.get_by_label("Secret").input_value()
    page.get_by_label("code").last.fill(people.code_of_the_app(secret))
    page.get_by_role("button", name="Use it from now on").click()
    page.get_by_role("heading", name="Recovery codes").wait_for()
    reader.look("recovery codes, first seen")
    for path in ("/accounts/2fa/", "/accounts/2fa/recovery-codes/generate/", "/accounts/2fa/totp/deactivate/"):
        reader.open(path)
    page.goto(f"{shop}/accounts/logout/")
    page.locator("main form button[type=submit]").click()
    page.goto(f"{shop}/accounts/login/?next=/account/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill("a long walk in the rain")
    page.locator("main form button[type=submit]").click()
    page.get_by_role("heading", name="The second step").wait_for()
    reader.look("second step")
    page.get_by_label("code").last.fill(people.code_of_the_app(secret, steps_later=1))
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/account/")


def test_a_keyboard_alone_reaches_the_content_and_the_order(card, visit):
    page = visit()
    page.goto(card["shop"]["url"] + "/books/?in_stock=1")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.getElementById('content').contains(document.activeElement)")


def test_quick_clicks_on_plus_all_count_and_keep_the_focus(card, visit):
    page, shop = visit(), card["shop"]["url"]
    page.goto(f"{shop}/books/?in_stock=1&order=title")
    page.locator(".card-words a").first.click()
    page.get_by_role("button", name="Add to cart").first.click()
    page.get_by_text("put in your cart").first.wait_for()
    page.goto(f"{shop}/cart/")
    more = page.get_by_role("button", name="One copy more")
    for _ in range(4):
        more.focus()
        page.keyboard.press("Enter")
    expect(page.locator(".stepper .quantity")).to_have_value("5")
    assert page.evaluate("document.activeElement.id").startswith("more-")
    assert page.locator("#cart-badge").inner_text().startswith("5")


SETTLED_MS = 300  # htmx takes a form that it has just put there in hand a moment later; until then it loads a page


def test_whoever_uses_the_keyboard_keeps_their_place_in_cart_and_list(card, visit):
    shop, page = card["shop"]["url"], visit()
    page.goto(f"{shop}/books/?in_stock=1")
    page.locator("#order").focus()
    before = page.url
    page.keyboard.press("ArrowDown")
    page.wait_for_timeout(500)
    assert page.url == before, "arrow keys only look at what there is"
    page.keyboard.press("Enter")
    page.wait_for_url("**order=*")

    for place in (0, 1):
        page.locator(".btn-add").nth(place).click()
        expect(page.locator("#cart-badge")).to_contain_text(str(place + 1))
    page.goto(f"{shop}/cart/")
    less = page.get_by_role("button", name="One copy less").first
    less.focus()
    page.keyboard.press("Enter")
    page.wait_for_timeout(500)
    assert less.evaluate("element => element === document.activeElement")
    page.get_by_role("button", name="Remove").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".basket-line")).to_have_count(1)
    expect(page.locator(".basket-line .quantity")).to_be_focused()
    page.get_by_role("button", name="Remove").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".basket-line")).to_have_count(0)
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    page.wait_for_timeout(SETTLED_MS)
    page.keyboard.press("Enter")
    expect(page.locator(".basket-line")).to_have_count(1)
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    page.wait_for_timeout(SETTLED_MS)
    page.keyboard.press("Enter")
    expect(page.locator(".basket-line")).to_have_count(2)
    expect(page.locator("main h1")).to_be_focused()
