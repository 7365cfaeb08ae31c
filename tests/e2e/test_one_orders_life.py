"""The whole road as its people walk it: ordered in the shop, packed in the store, read in my orders and in the mail."""

from uuid import uuid4

import people
import pytest
from conftest import PHONE, SLOWEST_STEP_MS, thorough

TITLES = ("Devdas", "The Four Million", "St. Peter's Umbrella", "White Fang")
WINDOWS = [
    pytest.param({}, TITLES[0], id="desktop"),
    pytest.param(PHONE, TITLES[1], id="phone", marks=thorough),
    pytest.param({"java_script_enabled": False}, TITLES[2], id="without JavaScript", marks=thorough),
    pytest.param({**PHONE, "java_script_enabled": False}, TITLES[3], id="phone without JavaScript"),
]


@pytest.mark.parametrize("window, title", WINDOWS)
def test_a_registered_customers_order_is_packed_and_told(card, visit, window, title):
    shop, store, mail = (card[part]["url"] for part in ("shop", "store", "mail"))
    email = f"alice.{uuid4().hex[:8]}@readers.example"
    customer = visit(**window)
    people.register(customer, shop, mail, email=email, password="a long walk in the rain")
    people.put_in_cart(customer, shop, title)
    has_scripts = window.get("java_script_enabled", True)
    other_tab = customer.context.new_page()
    other_tab.goto(f"{shop}/orders/")
    reference = people.check_out(customer, shop)
    if has_scripts:
        other_tab.get_by_role("link", name=reference).first.wait_for(timeout=SLOWEST_STEP_MS)
    other_tab.close()
    if has_scripts:
        people.watch_status(customer, "Accepted by the warehouse")
        customer.evaluate("window.wasNotLoadedAgain = true")
        customer.context.set_offline(True)  # in a tunnel, just then
    else:
        people.wait_for_status(customer, "Accepted by the warehouse")

    packer = visit(**window)
    people.log_in_to_store(packer, store, card["logins"]["packer"])
    people.pack(packer, store, reference)

    if has_scripts:
        customer.context.set_offline(False)
        people.watch_status(customer, "Shipped")
        assert customer.evaluate("window.wasNotLoadedAgain")
        assert (
            customer.locator("#followed-news").inner_text()
            == f"Order {reference}: Shipped. Your parcel left the warehouse."
        )
        assert customer.locator("[data-live]").count(), "the parcel has still to arrive"
    people.wait_for_status(customer, "Shipped")
    customer.goto(f"{shop}/orders/")
    assert (
        "Shipped"
        in customer.get_by_role("row", name=reference)
        .or_(customer.get_by_role("listitem").filter(has_text=reference))
        .first.inner_text()
    )
    subjects = people.wait_for_letters(mail, email, 4)
    assert len(subjects) == 4 and "code" in subjects[0], subjects
    assert all(reference in subject for subject in subjects[1:]), subjects


def test_a_guest_orders_by_mail_address_and_comes_back_by_the_letters_link(card, visit):
    shop, mail = card["shop"]["url"], card["mail"]["url"]
    guest, email = visit(), f"bob.{uuid4().hex[:8]}@readers.example"
    people.put_in_cart(guest, shop, TITLES[0])
    reference = people.check_out(guest, shop, email=email)
    people.wait_for_letters(mail, email, 2)
    letter = people.letters_to(mail, email)[-1]["Content"]["Body"]
    link = next(
        word
        for word in letter.replace("=\r\n", "").replace("=3D", "=").split()
        if "/orders/" in word and "?key=" in word
    )

    elsewhere = visit()
    assert elsewhere.goto(link.split("?")[0]).status == 404
    assert elsewhere.goto(link).status == 200
    assert reference in elsewhere.locator("h1").inner_text()
