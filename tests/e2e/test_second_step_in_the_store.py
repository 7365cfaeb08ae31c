"""Kim gets an authenticator app for the warehouse, enters with it, loses it, and gives it up: on the smallest telephone."""

import time
from base64 import b32decode

import people
import pytest
from conftest import SMALLEST, thorough
from django_otp.oath import TOTP
from playwright.sync_api import expect
from reading import Reader


def code_for(secret: str, *, steps_later: int = 0) -> str:
    totp = TOTP(b32decode(secret.replace(" ", "")))
    totp.time = time.time() + 30 * steps_later
    return f"{totp.token():06}"


def enter(page, code: str, button: str) -> None:
    page.locator("#id_code").fill(code)
    page.get_by_role("button", name=button, exact=True).click()


def log_in(page, store: str, login: dict) -> None:
    page.goto(f"{store}/admin/shelves/")
    page.locator("[name=username]").fill(login["email"])
    page.locator("[name=password]").fill(login["password"])
    page.locator("[type=submit]").click()


@pytest.mark.parametrize(
    "with_script", [pytest.param(True, id="script"), pytest.param(False, marks=thorough, id="none")]
)
def test_the_second_step_from_set_up_to_the_day_it_is_given_up(card, visit, with_script):
    store, kim, page = (
        card["store"]["url"],
        card["logins"]["keeper"],
        visit(**SMALLEST, java_script_enabled=with_script),
    )
    reader = Reader(page, store)
    look = reader.look if with_script else lambda name: None  # axe itself is a script
    people.log_in_to_store(page, store, kim)
    page.get_by_role("link", name="Second step").click()
    look("no second step")
    page.get_by_role("link", name="Set up an authenticator app").click()
    look("set up")
    secret = page.locator(".secret").inner_text()
    enter(page, "000000", "Use it from now on")
    expect(page.get_by_role("alert")).to_contain_text("not the code of this secret")
    look("set up with a wrong code")
    enter(page, code_for(secret), "Use it from now on")
    look("recovery codes")
    codes = page.locator(".recovery-codes code").all_inner_texts()
    page.get_by_role("link", name="I have them").click()
    try:
        page.get_by_role("button", name="Log out").click()
        log_in(page, store, kim)
        look("code")
        enter(page, code_for(secret, steps_later=1), "Log in")
        expect(page).to_have_url(f"{store}/admin/shelves/")
        page.get_by_role("button", name="Log out").click()
        log_in(page, store, kim)
        page.get_by_role("link", name="Use a recovery code").click()
        look("recovery code")
        enter(page, codes[0], "Log in")
        expect(page.get_by_text("You have 9 recovery codes left.")).to_be_visible()
    finally:  # other journeys know nothing of a telephone
        page.goto(f"{store}/admin/second-step/")
        look("own second step")
        page.get_by_label("Your password").fill(kim["password"])
        page.get_by_role("button", name="Stop using the app").click()
    expect(page.get_by_text("Your password alone opens this account now.")).to_be_visible()
    assert reader.wrong == []
