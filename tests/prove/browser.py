"""What shoppers and packers have in common: pages with forms, asked for again until they come."""

import html
import re
import threading

import requests

ANSWER_WITHIN_S = 10
PAUSE_S = 0.3
TOO_MANY_PAUSE_S = 5  # the shop lets one address register or log in only so often a minute
INPUT = re.compile(r"<input\b[^>]*>")
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
ATTRIBUTE = re.compile(r'\b(name|value|type)="([^"]*)"')


class Stopped(Exception):
    """The run is over; whoever asks for a page need not wait for it."""


class Browser:
    """One person's browser. It gives no page up: what fails is asked for again."""

    def __init__(self, url: str, stop: threading.Event):
        self.url, self._stop = url, stop
        self.repeats = 0
        self.session = requests.Session()
        self.session.trust_env = False

    def close(self) -> None:
        self.session.close()

    def get(self, path: str) -> requests.Response:
        return self._ask("GET", path)

    def post(self, path: str, data: dict | list) -> requests.Response:
        """The same form as often as it takes, as a person does who presses the button again."""
        return self._ask("POST", path, data=data, headers={"Referer": self.url + path})

    def _ask(self, method: str, path: str, **what) -> requests.Response:
        while not self._stop.is_set():
            try:
                answer = self.session.request(
                    method, self.url + path, timeout=ANSWER_WITHIN_S, allow_redirects=False, **what
                )
                if answer.status_code == 429:
                    self._stop.wait(TOO_MANY_PAUSE_S)
                elif answer.status_code < 500:
                    return answer
            except requests.RequestException:
                pass
            self.repeats += 1
            self._stop.wait(PAUSE_S)
        raise Stopped


def token_in(page: str) -> str:
    """This function will find the page's token against forged forms; "" if it has none."""
    found = TOKEN.search(page)
    return found[1] if found else ""


def fields(page: str, start: str) -> dict[str, str]:
    """This function will read the named inputs of the form that begins where the page says `start`."""
    rest = page.partition(start)[2].partition("</form>")[0]
    found = {}
    for tag in INPUT.findall(rest):
        attributes = dict(ATTRIBUTE.findall(tag))
        if "name" in attributes and attributes.get("type") not in ("radio", "checkbox", "submit"):
            found.setdefault(attributes["name"], html.unescape(attributes.get("value", "")))
    return found
