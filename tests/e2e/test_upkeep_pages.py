"""The pages for ops, owners and QA inside the admin: for everybody, on a phone, in the dark, and without JavaScript."""

from uuid import uuid4

import people
import pytest
from conftest import PHONE
from reading import Reader
from test_pages_for_everybody import WINDOWS


@pytest.mark.parametrize("window", WINDOWS)
def test_the_sync_page_and_the_mail_matrix_shut_nobody_out(card, visit, window):
    shop = card["shop"]["url"]
    guest = visit()
    people.put_in_cart(guest, shop, "Devdas")
    people.check_out(guest, shop, email=f"carl.{uuid4().hex[:8]}@readers.example")
    page = visit(**window)
    people.log_in_to_admin(page, shop, card["logins"]["owner"], "/admin/sync/")
    reader = Reader(page, shop)
    for path in ("/admin/sync/", "/admin/sync/mails/", "/admin/sync/dead-letters/"):
        reader.open(path)
    assert reader.wrong == []


def test_an_owner_on_a_phone_without_javascript_reads_the_feed_now(card, visit):
    page = visit(**PHONE, java_script_enabled=False)
    shop = card["shop"]["url"]
    people.log_in_to_admin(page, shop, card["logins"]["owner"], "/admin/sync/")
    books = page.locator("#books")
    if not books.is_visible():
        page.locator("summary").click()
    books.get_by_role("button", name="Read now").click()
    page.locator(".messagelist").get_by_text("read").wait_for()


def test_the_mail_matrix_finds_the_letters_of_an_order_in_the_catcher(card, visit):
    shop, mail = card["shop"]["url"], card["mail"]["url"]
    email = f"emil.{uuid4().hex[:8]}@readers.example"
    guest = visit()
    people.put_in_cart(guest, shop, "Devdas")
    people.check_out(guest, shop, email=email)
    people.wait_for_letters(mail, email, 2)
    page = visit()
    people.log_in_to_admin(page, shop, card["logins"]["owner"], f"/admin/sync/mails/?q={email}")
    page.get_by_text("Every letter on this page came").wait_for()
    assert page.locator(".cell strong").all_inner_texts() == ["captured", "captured"]
