"""Paying as shoppers do: every button of the test bank, on the smallest phone, with and without JavaScript."""

from uuid import uuid4

import people
import pytest
from conftest import SMALLEST
from reading import Reader

TITLES = ("Devdas", "The Four Million", "White Fang")
PAID = "Your payment arrived"


@pytest.fixture
def customer(card, visit):
    """Puts a book into the cart of a guest, orders it and goes to the bank; answers the page and the reference."""

    def make(title=TITLES[0], **window):
        shop, page = card["shop"]["url"], visit(**(window or {**SMALLEST, "java_script_enabled": False}))
        people.put_in_cart(page, shop, title)
        email = f"payer.{uuid4().hex[:8]}@readers.example"
        reference = people.check_out(page, shop, email=email, pays_now=True)
        return page, reference

    return make


def press(page, button):
    page.get_by_role("button", name=button, exact=True).click()
    page.wait_for_load_state()


def says(page) -> str:
    return page.locator("main").inner_text()


def test_every_button_of_the_bank_ends_where_it_says(customer):
    """Declined first, then left for the shop, then paid twice: one order, one sum, and the second goes back."""
    page, reference = customer()
    press(page, "Decline the card")
    assert "The payment was declined. Nothing was charged; you can try again" in says(page)
    people.go_to_test_bank(page)
    page.get_by_role("link", name="Back to the shop without paying").click()
    page.wait_for_url("**/orders/**")
    assert "No payment has arrived yet. You can still pay." in page.inner_text("body")
    page.get_by_role("link", name="Pay €").click()
    assert "do not pay again" in says(page), "nobody is asked twice without being told"
    people.go_to_test_bank(page)
    press(page, "Pay twice")
    assert PAID in page.inner_text("body") and people.status(page) in ("Placed", "Accepted by the warehouse")
    assert "The order had been paid already." in says(page)
    assert "goes back to you" in says(page) or "was paid back" in says(page)


@pytest.mark.parametrize(
    "button", ["Pay", "Approve, and let the shop take the money", "Pay; the notice comes before you return"]
)
def test_paid_is_placed_at_once(customer, button):
    page, reference = customer(title=TITLES[1])
    press(page, button)
    assert PAID in page.inner_text("body") and "€" in says(page) and " paid\n" in says(page)
    page.go_back()
    page.reload()
    assert page.get_by_role("button", name=button).count() == 0, "the bank takes nothing more"


def test_a_lost_notice_is_found_by_asking_and_nothing_is_paid_twice(customer):
    page, reference = customer()
    way_back = page.get_by_role("link", name="Back to the shop without paying").get_attribute("href")
    pay_page = way_back.partition("/paid/")[0] + "/pay/"
    press(page, "Pay, lose the notice, and do not return")
    assert "The money was taken, and the shop was not told." in says(page)
    page.goto(pay_page)
    page.get_by_role("link", name="ask the bank now").click()
    assert PAID in page.inner_text("body")


def test_who_pays_too_late_is_told_that_nothing_has_come_and_may_cancel(customer):
    page, reference = customer()
    press(page, "Pay too late")
    assert "No payment has arrived yet." in page.inner_text("body")
    page.get_by_role("link", name="Cancel this order").click()
    assert "Nothing was charged." in says(page)
    press(page, "Yes, cancel it")
    assert people.status(page) == "Cancelled" and "Nothing was paid" in says(page)
    assert page.get_by_role("link", name="Pay €").count() == 0


def test_no_page_of_paying_shuts_anybody_out(card, customer):
    """By keyboard, too: Tab and Enter alone pay the order."""
    page, reference = customer(title=TITLES[2], **SMALLEST)
    reader = Reader(page, card["shop"]["url"])
    reader.look("test bank")
    by_keyboard(page, "Decline the card")
    page.wait_for_url("**/pay/")
    reader.look("declined")
    by_keyboard(page, "To the order, or to cancel it")
    page.wait_for_url(lambda url: "/pay/" not in url)
    reader.look("order that waits for its money")
    page.get_by_role("link", name="Cancel this order").click()
    reader.look("cancel?")
    page.go_back()
    page.get_by_role("link", name="Pay €").click()
    by_keyboard(page, "Pay with Test bank")
    page.wait_for_url("**/test-bank/**")
    by_keyboard(page, "Pay twice")
    page.wait_for_url("**/orders/**")
    reader.look("paid twice")
    assert reader.wrong == []


def by_keyboard(page, name):
    """This function will walk with Tab to a button or link with these words, and press Enter."""
    button, link = (page.get_by_role(role, name=name, exact=True) for role in ("button", "link"))
    people.walk_to(page, button.or_(link).first)
    page.keyboard.press("Enter")
