"""Talks where something is in the way: a panel that is closed, a network without websockets, signs that are no text."""

import json
import re
from uuid import uuid4

import people
import pytest
from conftest import PHONE, SLOWEST_STEP_MS
from playwright.sync_api import expect

TITLE = "The Moonstone"
LOOKED_AT_MS = 25_000  # where it is looked at every ten seconds
# A proxy that knows no websockets: nothing answers.
WITHOUT_SOCKETS = """
    window.WebSocket = class extends WebSocket {
        constructor(address) {
            super(new URL("/nothing-is-here/", address));
        }
    };
"""


@pytest.fixture
def shop(card):
    return card["shop"]["url"]


@pytest.fixture
def desk(visit, card, shop):
    page = visit()
    people.log_in_to_admin(page, shop, card["logins"]["agent"], "/admin/talks/")
    return page


def begin(page, shop: str, text: str) -> str:
    """This function will begin a talk in general, as a guest; answers its number."""
    page.goto(f"{shop}/chat/")
    page.get_by_label("Your name").fill("Gus")
    page.get_by_label("E-mail address").fill(f"gus.{uuid4().hex[:8]}@readers.example")
    write(page, text)
    page.locator("#talk.talk-live").wait_for()
    return page.locator("#talk").get_attribute("data-room")


def write(page, text: str) -> None:
    page.get_by_label("Your message").or_(page.get_by_label("Your answer")).fill(text)
    page.get_by_role("button", name="Send", exact=True).or_(page.get_by_role("button", name="Send the answer")).click()


def log(page):
    return page.locator("#talk-log")


def turn(page, *, is_hidden: bool) -> None:
    """This function will have the page believe that another window is in front, or that it is again."""
    page.evaluate("is => Object.defineProperty(document, 'hidden', { value: is, configurable: true })", is_hidden)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_a_panel_that_was_closed_reads_nothing_and_says_what_is_new_and_nobody_is_there_who_has_turned_away(
    shop, desk, visit
):
    shopper = visit()
    people.put_in_cart(shopper, shop, TITLE)
    people.check_out(shopper, shop, email=f"gus.{uuid4().hex[:8]}@readers.example")
    link = shopper.get_by_role("link", name="Talk to us about it")
    link.click()
    panel = shopper.get_by_role("dialog")
    write(panel, "Is it signed?")
    log(panel).get_by_text("Is it signed?").wait_for()
    room = panel.locator("#talk").get_attribute("data-room")
    panel.get_by_role("button", name="Close").click()
    desk.goto(f"{shop}/admin/talks/{room}/")
    write(desk, "Yes, by her.")
    link.get_by_text("1 new").wait_for()
    assert desk.get_by_text("Read.", exact=True).count() == 0
    link.click()
    log(panel).get_by_text("Yes, by her.").wait_for()
    desk.get_by_text("Read.", exact=True).wait_for()
    assert link.get_by_text("new").count() == 0

    shopper.clock.install()
    with shopper.expect_websocket(lambda socket: "folded" in socket.url):
        turn(shopper, is_hidden=True)
        shopper.clock.fast_forward(61_000)
    with shopper.expect_websocket(lambda socket: "folded" not in socket.url):
        turn(shopper, is_hidden=False)


def test_where_no_websocket_comes_through_the_talk_goes_on_by_forms(shop, desk, visit):
    shopper = visit()
    shopper.add_init_script(WITHOUT_SOCKETS)
    room = begin(shopper, shop, "Do you have maps?")
    write(shopper, "Of Rome?")
    shopper.get_by_role("status").get_by_text("New messages come a little later here").wait_for()
    expect(shopper.locator(".said-unsent")).to_have_count(0, timeout=SLOWEST_STEP_MS)
    desk.goto(f"{shop}/admin/talks/{room}/")
    assert log(desk).locator(".said-shopper .said-text").all_inner_texts() == ["Do you have maps?", "Of Rome?"]
    write(desk, "Three.")
    log(shopper).get_by_text("Three.").wait_for(timeout=LOOKED_AT_MS)
    desk.get_by_text("Read.", exact=True).wait_for(timeout=LOOKED_AT_MS)
    write(shopper, "Both, please.")
    log(desk).get_by_text("Both, please.").wait_for()
    expect(log(shopper).get_by_text("Both, please.")).to_have_count(1)
    expect(shopper.locator(".said-unsent")).to_have_count(0)


def test_neither_signs_that_are_no_text_nor_one_window_too_many_lock_a_talk(shop, visit):
    shopper = visit()
    room = begin(shopper, shop, "Hello")
    box = shopper.get_by_label("Your message")
    box.evaluate("box => { box.value = 'a\\0b\\ud83dc' }")
    box.press("Control+Enter")
    log(shopper).locator("[data-position]").get_by_text("abc", exact=True).wait_for()
    kept = [{"client_id": str(uuid4()), "text": "x\0y", "at": "2026-01-01T00:00:00Z"}]
    shelf = f"talk {room} shopper"
    shopper.evaluate("([shelf, kept]) => sessionStorage.setItem(shelf, kept)", [shelf, json.dumps(kept)])
    shopper.reload()
    shopper.get_by_role("alert").get_by_text("There are signs in your message that are no text.").wait_for()
    expect(shopper.locator(".said-unsent")).to_have_count(0)
    write(shopper, "It works")
    log(shopper).locator("[data-position]").get_by_text("It works").wait_for()

    shopper.route_web_socket("**/ws/talks/**", lambda socket: socket.close(code=4429))
    shopper.reload()
    shopper.get_by_text("The shop is open in many windows.").wait_for()
    write(shopper, "Are you there?")
    expect(log(shopper).locator("[data-position]").get_by_text("Are you there?")).to_have_count(1)
    expect(shopper.locator(".said-unsent")).to_have_count(0)


def test_an_employee_hears_of_another_talk_of_theirs_and_that_they_are_logged_out(card, shop, desk, visit):
    first, second, colleague = visit(), visit(), visit()
    people.log_in_to_admin(colleague, shop, card["logins"]["office"], "/admin/talks/")
    rooms = [begin(first, shop, "First"), begin(second, shop, "Second")]
    colleague.locator("#board-news").get_by_text("A shopper waits").wait_for()
    for room in rooms:
        desk.goto(f"{shop}/admin/talks/{room}/")
        write(desk, "I look.")
        log(desk).locator("[data-position]").get_by_text("I look.").wait_for()
    expect(colleague.locator("#board-news")).to_be_empty()
    write(first, "And?")
    news = desk.get_by_role("status").get_by_role("link", name="The shopper of your talk wrote")
    news.wait_for()
    assert rooms[0] in news.get_attribute("href")
    other = desk.context.new_page()
    other.goto(f"{shop}/admin/talks/")
    other.get_by_text(re.compile("At the desk: .*carol")).wait_for()
    writes = desk.context.new_page()
    writes.goto(f"{shop}/admin/talks/{rooms[1]}/")
    writes.locator("#talk.talk-live").wait_for()
    desk.get_by_role("button", name="Log out").click()
    write(writes, "I still write")
    expect(writes.get_by_role("link", name="Log in again").first).to_be_visible()
    writes.get_by_text("What you write here is kept in this window.").wait_for()
    writes.locator(".said-unsent").get_by_text("I still write").wait_for()
    other.get_by_text("You are not at the desk any more").wait_for(timeout=LOOKED_AT_MS)
    assert other.get_by_text(re.compile("At the desk: .*carol")).count() == 0
    assert other.get_by_role("link", name="Log in again").get_attribute("href") == other.url


def test_what_one_writes_with_is_in_sight_and_a_canned_answer_is_put_where_the_cursor_is(card, shop, desk, visit):
    phone = visit(**{**PHONE, "viewport": {"width": 375, "height": 740}})
    desk.set_viewport_size({"width": 1366, "height": 850})
    room = begin(phone, shop, "Do you have maps?")
    desk.goto(f"{shop}/admin/talks/{room}/")
    for number in range(8):
        write(desk, f"Number {number}, of which there is a long sentence to be said and to be read.")
    for page in (phone, desk):
        log(page).locator("[data-position]").get_by_text("Number 7").wait_for()
        page.reload()
        log(page).locator("[data-position]").get_by_text("Number 7").wait_for()
        expect(page.locator(".talk-form textarea")).to_be_in_viewport(ratio=1)
        expect(page.locator(".talk-form [type=submit]")).to_be_in_viewport(ratio=1)

    owner = visit()
    people.log_in_to_admin(owner, shop, card["logins"]["owner"], "/admin/chat/cannedanswer/add/")
    title = f"Late {uuid4().hex[:8]}"
    owner.get_by_label("Title").fill(title)
    owner.get_by_label("Text").fill("Dear {name}, it is late.")
    owner.get_by_role("button", name="Save", exact=True).click()
    owner.goto(f"{shop}/admin/talks/{room}/")
    owner.get_by_role("button", name="Take over").click()
    box = owner.get_by_label("Your answer")
    box.fill("Yes.  Bye.")
    box.evaluate("box => box.setSelectionRange(5, 5)")
    owner.get_by_label("Canned answer").select_option(label=title)
    owner.get_by_role("button", name="Put it into the answer").click()
    expect(box).to_have_value("Yes. Dear Gus, it is late. Bye.")
    assert "canned" not in owner.url
