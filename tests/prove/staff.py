"""What everybody of the warehouse has in common: pages of the store's admin, and a log-in when they are asked for it."""

import threading

import requests

from prove.browser import Browser, token_in

LOG_IN = "/admin/login/"


class Colleague:
    """One log-in. Whoever has been logged out logs in and looks again."""

    def __init__(self, url: str, login: tuple[str, str], stop: threading.Event):
        self.browser = Browser(url, stop)
        self._login = login

    @property
    def repeats(self) -> int:
        return self.browser.repeats

    def page(self, path: str) -> str:
        while (page := self.browser.get(path)).is_redirect:
            self.log_in(path)
        return page.text

    def post(self, path: str, form: dict[str, str]) -> requests.Response | None:
        """The answer; None if the page has to be looked at again, after a new log-in."""
        answer = self.browser.post(path, form)
        if answer.status_code == 403 or LOG_IN in answer.headers.get("Location", ""):
            self.log_in(path)
            return None
        if answer.status_code >= 400:
            raise AssertionError(f"POST {path} answered {answer.status_code}: {answer.text[:300]}")
        return answer

    def log_in(self, following: str) -> None:
        path = f"{LOG_IN}?next={following}"
        form = {"csrfmiddlewaretoken": token_in(self.browser.get(path).text)}
        email, password = self._login
        self.browser.post(path, form | {"username": email, "password": password})
