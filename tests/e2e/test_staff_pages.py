"""Writing to the shop, reading its help, and what staff see first in the admin: on a phone, read aloud, in the dark."""

from uuid import uuid4

import people
import pytest
from conftest import SMALLEST
from reading import Reader
from test_pages_for_everybody import WINDOWS


@pytest.mark.parametrize("window", WINDOWS)
def test_the_pages_about_us_shut_nobody_out(card, visit, window):
    page = visit(**window)
    reader = Reader(page, card["shop"]["url"])
    for path in ("/about/", "/help/", "/contact/sent/", "/contact/"):
        reader.open(path)
    page.get_by_role("button", name="Send the message").click()
    page.locator("#errors").wait_for()
    reader.look("contact with mistakes")
    assert reader.wrong == []


def test_a_guest_on_a_phone_without_javascript_writes_and_an_agent_deals_with_it(card, visit):
    shop, words = card["shop"]["url"], f"Where is my book {uuid4().hex[:8]}?"
    guest = visit(**SMALLEST, java_script_enabled=False)
    guest.goto(f"{shop}/")
    guest.get_by_role("navigation", name="Footer").get_by_role("link", name="Contact").click()
    guest.get_by_label("Your name").fill("Gus Guest")
    guest.get_by_label("E-mail address").fill(f"gus.{uuid4().hex[:8]}@readers.example")
    guest.get_by_label("Message").fill(words)
    guest.get_by_role("button", name="Send the message").click()
    guest.get_by_role("heading", name="Your message is here").wait_for()

    agent = visit(**SMALLEST, java_script_enabled=False)
    people.log_in_to_admin(agent, shop, card["logins"]["agent"])
    agent.get_by_role("link", name="from the contact page").click()
    row = agent.locator("#result_list tr", has_text=words)
    row.locator("input.action-select").check()
    agent.locator("select[name=action]").select_option("dealt_with")
    agent.get_by_role("button", name="Run the selected action").or_(
        agent.get_by_role("button", name="Go")
    ).first.click()
    agent.locator(".messagelist .success").wait_for()
    assert not agent.locator("#result_list tr", has_text=words).count()


@pytest.mark.parametrize("window", WINDOWS)
def test_what_an_owner_sees_first_shuts_nobody_out(card, visit, window):
    shop = card["shop"]["url"]
    guest = visit()
    people.put_in_cart(guest, shop, "Devdas")
    people.check_out(guest, shop, email=f"olli.{uuid4().hex[:8]}@readers.example")
    page = visit(**window)
    people.log_in_to_admin(page, shop, card["logins"]["owner"])
    reader = Reader(page, shop)
    reader.open("/admin/")
    assert reader.wrong == []


def test_a_dispatcher_on_a_phone_sees_where_the_parcel_goes_and_nothing_of_the_buyer(card, visit):
    shop, email = card["shop"]["url"], f"dora.{uuid4().hex[:8]}@readers.example"
    guest = visit()
    people.put_in_cart(guest, shop, "Devdas")
    reference = people.check_out(guest, shop, email=email)
    page = visit(**SMALLEST)
    people.log_in_to_admin(page, shop, card["logins"]["dispatcher"])
    reader = Reader(page, shop)
    reader.open("/admin/")
    page.get_by_text("You work here as: Dispatchers.").wait_for()
    page.goto(f"{shop}/admin/orders/order/?q={reference}")
    page.locator("#result_list tbody th a").first.click()
    page.get_by_text("Long Lane 1").first.wait_for()
    assert email not in page.content() and "€" not in page.locator("#content-main").inner_text()
    for path in ("/admin/accounts/user/", "/admin/payments/payment/", "/admin/sync/"):
        assert page.goto(f"{shop}{path}").status == 403
    assert reader.wrong == []
