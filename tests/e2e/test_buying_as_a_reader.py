"""A reader with an account buys with a coupon, each way to pay; a password is lost."""

import re
from uuid import uuid4

import people
import pytest
from conftest import SMALLEST, thorough
from playwright.sync_api import expect
from reading import Reader

PASSWORD, NEW = "a long walk in the rain", "a longer walk in the snow"


def at_paypal(page, office) -> None:
    page.get_by_role("button", name="Pay now").click()


def at_zarinpal(page, office) -> None:
    page.get_by_role("button", name="Pay", exact=True).click()


def at_the_test_bank(page, office) -> None:
    page.get_by_role("button", name="Pay", exact=True).click()


def by_transfer(page, office) -> None:
    reference = people.TRANSFER.search(page.locator(".facts").inner_text()).group(1)
    order = page.get_by_role("link", name="To the order")
    office(reference)
    order.click()


def on_delivery(page, office) -> None:
    """Nothing to be done now."""


WAYS = {
    "test": (at_the_test_bank, {}),
    "zarinpal": (at_zarinpal, {"java_script_enabled": False}),
    "paypal": (at_paypal, {"java_script_enabled": False}),
    "bank_transfer": (by_transfer, {"java_script_enabled": False}),
    "on_delivery": (on_delivery, {}),
}


def total_of(page) -> str:
    return re.search(r"[\d.,]+", page.locator("#sum .sum-total dd").inner_text())[0]


@pytest.mark.parametrize(
    "payment", [pytest.param("on_delivery", marks=thorough), "test", "paypal", "zarinpal", "bank_transfer"]
)
def test_registered_verified_and_bought_with_a_coupon(card, with_peers, book_in_rials, visit, payment):
    shop, mail, (pay, window) = card["shop"]["url"], card["mail"]["url"], WAYS[payment]
    page, email = visit(**SMALLEST, **window), f"rita.{uuid4().hex[:8]}@readers.example"
    people.register(page, shop, mail, email=email, password=PASSWORD)
    people.put_in_cart(page, shop, book_in_rials if payment == "zarinpal" else "White Fang")
    page.goto(f"{shop}/checkout/")
    before = total_of(page)
    page.get_by_label("Coupon").fill("welcome10")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator(".coupon-taken")).to_contain_text("WELCOME10 is taken off")
    total = total_of(page)
    assert float(total.replace(",", "")) < float(before.replace(",", ""))
    people.place_order(page, shop, payment=payment)
    pay(page, lambda reference: people.book_transfer(visit(), shop, card["logins"]["owner"], reference))
    page.wait_for_url("**/orders/*-*-*/**")
    people.wait_for_status(page, "Accepted by the warehouse")
    foot = page.locator(".items tfoot")
    expect(foot).to_contain_text("Coupon WELCOME10")
    expect(foot).to_contain_text(total)
    assert total in people.letters_to(mail, email)[-1]["Content"]["Body"]


def test_a_lost_password_is_set_anew_by_the_letters_link(card, visit):
    shop, mail = card["shop"]["url"], card["mail"]["url"]
    page, email = visit(**SMALLEST), f"lena.{uuid4().hex[:8]}@readers.example"
    people.register(visit(), shop, mail, email=email, password=PASSWORD)
    page.goto(f"{shop}/accounts/login/")
    page.get_by_role("link", name=re.compile("forgot", re.I)).click()
    page.get_by_label("Email").fill(email)
    page.locator("main form button[type=submit]").click()
    link = people.link_to_a_new_password(mail, email)
    page.goto(link)
    reader = Reader(page, shop)
    reader.look("new password")
    page.get_by_label("New Password", exact=True).fill(NEW)
    page.get_by_label("New Password (again)").fill(NEW)
    page.locator("main form button[type=submit]").click()
    page.wait_for_load_state()
    elsewhere = visit(**SMALLEST)
    for password, inside in ((PASSWORD, False), (NEW, True)):
        elsewhere.goto(f"{shop}/accounts/login/?next=/orders/")
        elsewhere.get_by_label("Email").fill(email)
        elsewhere.get_by_label("Password", exact=True).fill(password)
        elsewhere.locator("main form button[type=submit]").first.click()
        elsewhere.wait_for_load_state()
        assert elsewhere.url.endswith("/orders/") == inside
    page.goto(link)
    page.get_by_role("heading", name="This link is used up").wait_for()
    reader.look("a link that was used")
    assert reader.wrong == []


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_guest_looks_into_the_cart_once_more_and_types_nothing_twice(card, visit, script):
    shop, page = card["shop"]["url"], visit(**SMALLEST, java_script_enabled=script)
    people.put_in_cart(page, shop, "White Fang")
    page.goto(f"{shop}/checkout/")
    page.get_by_label("E-mail address").fill("gwen@readers.example")
    page.get_by_label("Street and number", exact=True).fill("Typed Lane 7")
    page.get_by_label("Country", exact=True).select_option("AT")
    page.get_by_label("Note for the warehouse").fill("Ring twice")
    page.get_by_text("Wait for all.").click()
    page.get_by_role("button", name="Back to the cart").click()
    page.wait_for_url("**/cart/")
    page.goto(f"{shop}/checkout/")
    expect(page.get_by_label("E-mail address")).to_have_value("gwen@readers.example")
    expect(page.get_by_label("Country", exact=True)).to_have_value("AT")
    expect(page.get_by_label("Note for the warehouse")).to_have_value("Ring twice")
    expect(page.get_by_label("Wait for all.")).to_be_checked()
    if script:
        page.get_by_label("Full name").fill("Gwen")
        page.get_by_role("navigation", name="Main").get_by_role("link", name="Books", exact=True).click()
        page.wait_for_url("**/books/")
        for _ in range(40):  # what a page sends as it is left arrives when it does
            page.goto(f"{shop}/checkout/")
            if page.get_by_label("Full name").input_value():
                break
            page.wait_for_timeout(250)
        expect(page.get_by_label("Full name")).to_have_value("Gwen")
    expect(page.get_by_label("Street and number", exact=True)).to_have_value("Typed Lane 7")
    people.place_order(page, shop)
    page.wait_for_url("**/orders/*-*-*/**")
    people.put_in_cart(page, shop, "Dracula")
    page.goto(f"{shop}/checkout/")
    expect(page.get_by_label("Street and number", exact=True)).to_have_value("")
