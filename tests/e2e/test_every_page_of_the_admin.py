"""Every page of the admin, found by walking through it: read aloud, on a phone, in the dark, under a strict policy."""

from uuid import uuid4

import people
import pytest
from reading import Reader
from test_belonging import PASSWORD, WORDS
from test_pages_for_everybody import WINDOWS
from walking import Walk

from screenshots import visits, webhook_visits

REFUSED_STYLE = '<p style="color: red">Red?</p>'
REFUSED_CODE = '<button onclick="alert(1)">Press</button> <a href="javascript:alert(2)">Go</a>'
ASKS_FIRST = {
    "coupons/discount": "delete_selected",
    "payments/refund": "given_back",
    "reviews/review": "refuse",
    "webhooks/endpoint": "replay",
}
A_PAGE = '<!DOCTYPE html><html lang="en"><title>A page</title><main><h1>A page</h1>{}</main></html>'


@pytest.mark.parametrize(
    "inside, told",
    [
        (REFUSED_STYLE, ["violates"]),
        (REFUSED_CODE, ["violates", "button has code in onclick", "a has code in href"]),
        ("", []),
    ],
)
def test_the_reader_hears_what_a_policy_refuses_and_sees_code_in_the_markup(visit, inside, told):
    page = visit()
    policy = {"Content-Security-Policy": "default-src 'self'"}
    page.route(
        "**/*", lambda route: route.fulfill(body=A_PAGE.format(inside), content_type="text/html", headers=policy)
    )
    reader = Reader(page, "http://shop.example")
    reader.open("/")
    assert len(reader.wrong) == len(told) and all(map(str.__contains__, reader.wrong, told)), reader.wrong


@pytest.fixture(scope="module")
def full_lists(card, browser):
    """Something in nearly every list: an order sent, one given back, a return, a review, a talk, a message, a webhook."""
    scene = visits.Scene(card)
    customer, guest, owner = (visits.Visitor(browser.new_page(), scene, None) for _ in range(3))
    shop, email = card["shop"]["url"], f"walt.{uuid4().hex[:8]}@readers.example"
    people.register(customer.page, shop, card["mail"]["url"], email=email, password=PASSWORD)
    give_back_an_order(guest)
    ask_by_contact(guest)
    visits.talk(customer)
    visits.review_new(customer)
    customer.page.get_by_label("Good").check()
    customer.page.get_by_label("Your review").fill(WORDS)
    customer.press("Send the review")
    visits.return_ask(customer)
    customer.page.get_by_label("Copies of").first.select_option(index=1)
    customer.page.get_by_label("Why do you").select_option(index=1)
    customer.press("Ask to send them back")
    customer.page.wait_for_url(lambda url: "/return/" not in url)
    people.log_in_to_admin(owner.page, shop, card["logins"]["owner"])
    webhook_visits.delivery(owner)
    for visitor in (customer, guest, owner):
        visitor.page.context.close()


def give_back_an_order(guest: visits.Visitor) -> None:
    """This function will pay at the test bank and cancel, so that a refund is due."""
    people.put_in_cart(guest.page, guest.shop, "Devdas")
    people.check_out(guest.page, guest.shop, email="gus@readers.example", pays_now=True)
    guest.page.get_by_role("button", name="Pay", exact=True).click()
    guest.page.wait_for_url("**/orders/**")
    guest.page.get_by_role("link", name="Cancel this order").click()
    guest.press("Yes, cancel it")


def ask_by_contact(guest: visits.Visitor) -> None:
    guest.open("/contact/")
    guest.page.get_by_label("Your name").fill("Gus Guest")
    guest.page.get_by_label("E-mail address").fill("gus@readers.example")
    guest.page.get_by_label("Message").fill("Where is my book?")
    guest.press("Send the message")


@pytest.mark.parametrize("window", WINDOWS)
def test_no_page_of_the_shops_admin_shuts_anybody_out(card, visit, full_lists, window):
    shop, page = card["shop"]["url"], visit(**window)
    people.log_in_to_admin(page, shop, card["logins"]["owner"])
    reader, walk = Reader(page, shop, most_requests=None), Walk(page, shop)
    for path in walk:
        reader.open(path, until="load")
    assert walk.wrong + reader.wrong == []


@pytest.mark.parametrize("window", WINDOWS)
def test_no_question_and_no_refusal_of_the_shops_admin_shuts_anybody_out(card, visit, full_lists, window):
    shop, page = card["shop"]["url"], visit(**window)
    people.log_in_to_admin(page, shop, card["logins"]["owner"])
    reader = Reader(page, shop, most_requests=None)
    for rows, action in ASKS_FIRST.items():
        page.goto(f"{shop}/admin/{rows}/")
        page.locator("input.action-select").first.check()
        page.locator("select[name=action]").select_option(action)
        page.locator("button[name=index]").first.click()
        page.locator("#content form [type=submit]").first.wait_for()
        reader.look(f"{rows}, {action}")
    page.goto(f"{shop}/admin/coupons/coupon/add/")
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator(".errornote").wait_for()
    reader.look("coupon with mistakes")
    assert reader.wrong == []


@pytest.mark.parametrize("window", WINDOWS)
def test_the_page_on_which_the_api_is_tried_shuts_nobody_out(card, visit, window):
    page = visit(**window)
    reader = Reader(page, card["shop"]["url"])
    reader.open("/api/docs/")
    door = page.locator("#operations-cart-cart_add")
    door.locator(".opblock-summary-control").click()
    door.get_by_role("button", name="Try it out").click()
    door.get_by_role("button", name="Execute").click()
    door.get_by_text("Request URL").wait_for()
    reader.look("a door, tried")
    page.get_by_role("button", name="Authorize", exact=True).first.click()
    page.get_by_role("dialog").wait_for()
    reader.look("who one is, asked")
    assert reader.wrong == []
