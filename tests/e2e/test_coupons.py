"""Bob has a coupon: wherever he types it, he sees what it saves before he orders, and pays exactly that."""

import re
from decimal import Decimal

import people
import pytest
from conftest import thorough
from playwright.sync_api import expect
from reading import Reader, wider_than_its_place, wider_than_the_window

SMALLEST = {"viewport": {"width": 360, "height": 640}}
WINDOWS = [
    pytest.param({"viewport": {"width": 1280, "height": 850}}, id="desktop", marks=thorough),
    pytest.param({**SMALLEST, "has_touch": True, "is_mobile": True}, id="smallest phone", marks=thorough),
    pytest.param({**SMALLEST, "color_scheme": "dark"}, id="smallest phone in the dark"),
    pytest.param({**SMALLEST, "java_script_enabled": False}, id="without JavaScript"),
]
CODE = "WELCOME10"  # of the demo: ten per cent, once for each customer


def amounts(page, label: str) -> Decimal:
    """What stands in the summary beside a label, such as "Total"."""
    row = page.locator("#sum dl > div").filter(has=page.locator("dt", has_text=re.compile(f"^{label}"))).last
    return Decimal(re.search(r"([\d.]+)", row.locator("dd").inner_text())[1])


def put_in_the_cart(page, shop: str, search: str) -> None:
    page.goto(f"{shop}/books/?q={search}&in_stock=1")
    page.locator(".book-list .card-words a").first.click()
    page.wait_for_load_state()
    page.get_by_role("button", name="Add to cart").first.click()
    page.get_by_text("put in your cart").first.wait_for()


def apply(page, code: str) -> None:
    page.get_by_label("Coupon").fill(code)
    page.get_by_role("button", name="Apply").click()


@pytest.mark.parametrize("window", WINDOWS)
def test_a_coupon_and_a_discount_cost_what_the_page_said(card, visit, window, request):
    shop, mail = card["shop"]["url"], card["mail"]["url"]
    email = f"bob.{abs(hash(request.node.name)) % 10**8}@readers.example"
    page = visit(**window)
    with_script = window.get("java_script_enabled", True)
    reader = Reader(page, shop)
    look = reader.look if with_script else lambda name: None  # axe itself is a script
    put_in_the_cart(page, shop, "austen")
    expect(page.locator(".basket-line s, .buy-price s").first).to_be_visible()
    look("book with a discount")
    page.goto(f"{shop}/cart/")
    look("cart with a discount")

    page.goto(f"{shop}/checkout/")
    page.get_by_label("Full name").fill("Bob Reader")
    goods, full = amounts(page, r"\d+ books?"), amounts(page, "Total")
    apply(page, "NO-SUCH-CODE")
    expect(page.locator("#id_coupon_error")).to_contain_text("We do not know this code.")
    look("checkout with an unknown coupon")
    apply(page, CODE.lower())
    expect(page.locator(".coupon-taken")).to_contain_text(f"{CODE} is taken off")
    expect(page.get_by_label("Full name")).to_have_value("Bob Reader")
    saved, total = amounts(page, "Coupon"), amounts(page, "Total")
    assert saved == (goods / 10).quantize(Decimal("0.01"), "ROUND_HALF_UP") and total == full - saved
    look("checkout with a coupon")

    people.place_order(page, shop, email=email)
    page.wait_for_url("**/orders/*-*-*/**")
    expect(page.locator(".items tfoot")).to_contain_text(f"Coupon {CODE}")
    expect(page.locator(".items tfoot")).to_contain_text(f"€{total}")
    expect(page.locator(".items s").first).to_be_visible()  # the price before the discount
    assert wider_than_the_window(page) == 0 and wider_than_its_place(page, ".table-scroll") == 0
    look("order with a coupon")
    people.wait_for_letters(mail, email, 1)
    assert f"€{total}" in people.letters_to(mail, email)[0]["Content"]["Body"]

    put_in_the_cart(page, shop, "dracula")
    page.goto(f"{shop}/checkout/")
    page.get_by_label("E-mail address").fill(email.upper())
    apply(page, CODE)
    expect(page.locator("#id_coupon_error")).to_contain_text("You have used the coupon WELCOME10 already.")
    page.get_by_role("button", name="Leave it out").click()
    expect(page.get_by_label("Coupon")).to_have_value("")
    assert reader.wrong == []


def test_a_bill_to_another_address_opens_by_keyboard_and_without_a_script(card, visit):
    shop = card["shop"]["url"]
    page = visit(java_script_enabled=False, viewport={"width": 360, "height": 640})
    put_in_the_cart(page, shop, "dracula")
    page.goto(f"{shop}/checkout/")
    summary = page.get_by_text("The bill goes elsewhere")
    summary.focus()
    page.keyboard.press("Enter")
    page.get_by_label("Name on the bill").fill("Firm Ltd")
    page.locator("#place-order").click()
    expect(page.locator("#errors")).to_contain_text("Please fill in: Town or city on the bill.")
    expect(page.get_by_label("Name on the bill")).to_have_value("Firm Ltd")
