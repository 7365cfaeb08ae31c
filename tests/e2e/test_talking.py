"""A shopper on a phone and an employee at a desk talk; the phone is in a tunnel for a while, and nothing is missed."""

import os
import signal
import time
from uuid import uuid4

import people
from conftest import SLOWEST_STEP_MS, SMALLEST
from playwright.sync_api import expect
from reading import Reader

TITLE = "The Moonstone"
# A network that is away for as long as a tunnel lasts is asked for by JOURNEYS=all.
TUNNEL_S = 30 if os.environ.get("JOURNEYS") == "all" else 2
# What the browser shows outside of the page is shown all the same, and noted.
NOTE_NOTICES = """
    window.noticed = [];
    window.Notification = class extends Notification {
        constructor(title, options) {
            super(title, options);
            window.noticed.push(options.body);
        }
    };
"""


def noticed(page) -> list[str]:
    """What the browser's own notices said, once there are any. A page that forbids `eval` cannot be asked to wait for it."""
    deadline = time.monotonic() + SLOWEST_STEP_MS / 1000
    while not (found := page.evaluate("noticed")):
        assert time.monotonic() < deadline, "no notice"
        page.wait_for_timeout(100)
    return found


def said(page) -> list[str]:
    return page.locator("#talk-log .said-text").all_inner_texts()


def positions(page) -> list[int]:
    lines = page.locator("#talk-log [data-position]")
    return lines.evaluate_all("all => all.map(one => Number(one.dataset.position))")


def write(page, text: str) -> None:
    page.locator(".talk-form textarea").fill(text)
    page.locator(".talk-form").get_by_role("button", name="Send").click()


def kill_redis(demo) -> None:
    """The demo brings it back."""
    os.kill(int((demo.home / "run" / "redis.pid").read_text().split()[0]), signal.SIGKILL)


def test_two_people_talk_and_neither_a_tunnel_nor_a_killed_redis_loses_anything(demo, card, visit):
    shop = card["shop"]["url"]
    phone, desk = visit(**SMALLEST), visit()
    reader, clerk = Reader(phone, shop), Reader(desk, shop)
    people.log_in_to_admin(desk, shop, card["logins"]["agent"], "/admin/talks/")
    clerk.look("/admin/talks/")
    assert desk.evaluate("Notification.permission") != "granted", "nobody is asked before they press the button"
    desk.context.grant_permissions(["notifications"], origin=shop)
    desk.add_init_script(NOTE_NOTICES)
    desk.reload()

    people.put_in_cart(phone, shop, TITLE)
    reference = people.check_out(phone, shop, email=f"gus.{uuid4().hex[:8]}@readers.example")
    phone.get_by_role("link", name="Talk to us about it").click()
    panel = phone.get_by_role("dialog")
    panel.get_by_label("Your message").fill("Is it <b>signed</b>?")
    panel.get_by_role("button", name="Send").click()
    panel.get_by_role("log").get_by_text("Is it <b>signed</b>?").wait_for()
    reader.look("the talk beside the order")

    news = desk.get_by_role("status").get_by_role("link", name=reference)
    heard = news.inner_text()
    assert noticed(desk) == [heard], "once"
    news.click()
    desk.locator("#talk-log").get_by_text("Is it <b>signed</b>?").wait_for()
    desk.locator(".talk-form textarea").press_sequentially("Yes")
    panel.get_by_text("is writing…").wait_for()
    write(desk, "Yes, by her.")
    panel.get_by_role("log").get_by_text("Yes, by her.").wait_for()
    phone.locator("#talk-state").get_by_text("Somebody is at it").wait_for()
    desk.get_by_text("Read.", exact=True).wait_for()
    clerk.look("the talk at the desk")
    assert positions(desk) == sorted(positions(desk)), "that somebody came to help stands before what they said"

    phone.context.set_offline(True)
    write(phone, "In a tunnel")
    panel.get_by_role("status").get_by_text("There is no connection").wait_for()
    panel.locator(".said-unsent").wait_for()
    write(desk, "Shall I wrap it?")
    write(desk, "It is free.")
    expect(desk.locator(".said-unsent")).to_have_count(0, timeout=SLOWEST_STEP_MS)
    phone.wait_for_timeout(TUNNEL_S * 1000)
    assert "Shall I wrap it?" not in said(phone) and "In a tunnel" not in said(desk)
    phone.context.set_offline(False)

    desk.locator("#talk-log").get_by_text("In a tunnel").wait_for()
    panel.get_by_role("log").get_by_text("It is free.").wait_for()
    if demo:
        kill_redis(demo)
    write(phone, "Please do")
    desk.locator("#talk-log").get_by_text("Please do").wait_for()
    write(desk, "With pleasure")
    panel.get_by_role("log").get_by_text("With pleasure").wait_for()
    assert desk.goto(f"{shop}/admin/talks/").status == 200
    desk.get_by_role("link", name=reference).first.click()
    desk.locator("#talk-log").get_by_text("With pleasure").wait_for()
    everything = ["In a tunnel", "Is it <b>signed</b>?", "It is free.", "Please do", "Shall I wrap it?"]
    everything += ["With pleasure", "Yes, by her."]
    assert sorted(said(phone)) == sorted(said(desk)) == everything
    assert positions(phone) == sorted(positions(phone)), "also what was written in the tunnel"
    expect(panel.locator(".said-unsent")).to_have_count(0, timeout=SLOWEST_STEP_MS)
    assert reader.wrong + clerk.wrong == []
