"""Buying by each gateway, as its customers do: against peers of PayPal and Zarinpal, on the smallest phone too."""

from uuid import uuid4

import people
import pytest
from conftest import SMALLEST
from playwright.sync_api import expect
from reading import Reader


@pytest.fixture
def someone():
    return f"payer.{uuid4().hex[:8]}@readers.example"


def test_declined_at_paypal_and_then_paid_on_the_smallest_phone_without_javascript(card, with_peers, visit, someone):
    shop, page = card["shop"]["url"], visit(**SMALLEST, java_script_enabled=False)
    people.put_in_cart(page, shop, "Devdas")
    people.place_order(page, shop, email=someone, payment="paypal")
    page.get_by_role("button", name="Pay with a card that is declined").click()
    expect(page.get_by_role("alert")).to_contain_text("The payment was declined. Nothing was charged")
    page.get_by_role("button", name="Pay with PayPal").click()
    page.get_by_role("button", name="Pay now").click()
    expect(page.get_by_text("Your payment arrived").first).to_be_visible()
    people.wait_for_status(page, "Accepted by the warehouse")
    assert len(people.wait_for_letters(card["mail"]["url"], someone, 2)) == 2


def test_a_pay_page_with_several_gateways_and_a_bank_transfer_that_staff_book(card, with_peers, visit, someone):
    shop, page = card["shop"]["url"], visit(**SMALLEST)
    reader = Reader(page, shop)
    people.put_in_cart(page, shop, "The Four Million")
    people.place_order(page, shop, email=someone, payment="bank_transfer")
    expect(page.locator("h1")).to_contain_text("Send the money for order")
    reader.look("bank transfer")
    reference = people.TRANSFER.search(page.locator(".facts").inner_text()).group(1)
    page.get_by_role("link", name="Pay in another way").click()
    expect(page.get_by_role("button", name="Pay with PayPal")).to_be_visible()
    reader.look("pay page")
    page.get_by_role("link", name="To the order").click()
    reader.look("order that waits for a transfer")
    assert reader.wrong == []

    office = visit()
    people.book_transfer(office, shop, card["logins"]["owner"], reference)
    people.wait_for_status(page, "Accepted by the warehouse")
    subjects = people.wait_for_letters(card["mail"]["url"], someone, 3)
    assert len(subjects) == 3 and "Where_to_send" in subjects[0], subjects
