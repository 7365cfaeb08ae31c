"""How a customer comes to an account: registers, reads the letter with the code, types it."""

import re
import threading
import time
from email import message_from_string

import requests

from prove.browser import PAUSE_S, Browser, Stopped, token_in

CODE = re.compile(r"^([A-Z0-9]{4}-[A-Z0-9]{4})\s*$", re.MULTILINE)
LETTERS = "/account/letters/"
PASSWORD = "a long way to Bath"
LETTER_WITHIN_S = 90.0  # a mail server may be away when the letter is due


def register(browser: Browser, email: str, *, mail_url: str, stop: threading.Event) -> bool:
    """This function will make an account; False if something was lost on the way and another address must do.

    A form that had to be sent twice finds its own address taken, and no code fits what the browser then waits for.
    """
    form = {"csrfmiddlewaretoken": token_in(browser.get("/accounts/signup/").text), "email": email}
    if browser.post("/accounts/signup/", form | {"password1": PASSWORD}).status_code != 302:
        return False
    code = _code_sent_to(email, mail_url=mail_url, stop=stop)
    if not code:
        return False
    page = browser.get("/accounts/confirm-email/")
    answer = browser.post("/accounts/confirm-email/", {"csrfmiddlewaretoken": token_in(page.text), "code": code})
    return answer.status_code == 302 and browser.get("/account/").status_code == 200


def choose_letters(browser: Browser) -> None:
    """This function will choose against all letters that can be done without, but those on reviews."""
    token = token_in(browser.get(LETTERS).text)
    browser.post(LETTERS, {"csrfmiddlewaretoken": token, "reviews": "on"})


def _code_sent_to(email: str, *, mail_url: str, stop: threading.Event) -> str:
    """The code in the newest letter to this address; "" if none comes."""
    deadline = time.monotonic() + LETTER_WITHIN_S
    asked = {"kind": "to", "query": email}
    while time.monotonic() < deadline:
        try:
            found = requests.get(f"{mail_url}/api/v2/search", params=asked, timeout=10).json()["items"]
        except (requests.RequestException, ValueError):
            found = []
        for item in found:
            if code := CODE.search(str(message_from_string(item["Raw"]["Data"]).get_payload())):
                return code[1]
        if stop.wait(PAUSE_S):
            raise Stopped
    return ""
