"""Staff who pack at the same time, through the admin's packing page."""

import re
import threading
import time
from uuid import UUID

from prove.browser import Browser, Stopped, fields, token_in

LIST, LOG_IN = "/admin/orders/order/", "/admin/login/"
ROW = re.compile(r"/admin/orders/order/(\d+)/change/.*?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.DOTALL)
CHOSEN = re.compile(r'<option value="([^"]+)" selected')
ROWS_PER_PAGE = 50
PAUSE_S = 0.3
SHORT_FORM, NOTED_SHORT = "<details", "not deliverable: "
LEAVE, CHOOSE, FAIL, FAIL_PACKED, SHORT, SEND = "leave", "choose", "fail", "fail when packed", "short", "send"
FATES = {0: LEAVE, 1: CHOOSE, 2: FAIL, 3: FAIL_PACKED, 4: SHORT, 5: SHORT, 6: SHORT}  # of forty


def fate_of(number: str) -> str:
    """What becomes of an order: most are sent, some fail in whole or in part, and some are still open at the end."""
    return FATES.get(UUID(number).int % 40, SEND)


class Packers:
    def __init__(self, url: str, login: tuple[str, str], how_many: int, stop: threading.Event):
        self.done: set[str] = set()  # orders with which nobody has to do anything any more
        self.packers = [Packer(self, n, how_many, url, login, stop) for n in range(how_many)]

    @property
    def repeats(self) -> int:
        return sum(packer.browser.repeats for packer in self.packers)

    @property
    def errors(self) -> list[str]:
        return [error for packer in self.packers for error in packer.errors]

    def start(self) -> None:
        for packer in self.packers:
            packer.start()


class Packer(threading.Thread):
    def __init__(self, packers: Packers, number: int, of: int, url: str, login: tuple[str, str], stop: threading.Event):
        super().__init__(name=f"packer {number}", daemon=True)
        self.packers, self.number, self.of, self.login, self.stop = packers, number, of, login, stop
        self.browser = Browser(url, stop)
        self.errors: list[str] = []
        self._token = ""

    def run(self) -> None:
        try:
            while not self.stop.is_set():
                if not any([self._pack(order, number) for order, number in self._mine()]):
                    time.sleep(PAUSE_S)
        except Stopped:
            pass
        except Exception as error:  # noqa: BLE001 - whatever it was, the report has to name it
            self.errors.append(f"{self.name}: {type(error).__name__}: {error}")

    def _mine(self) -> list[tuple[int, str]]:
        """Ids and numbers of the open orders on my side of the table, the oldest first."""
        found, page = {}, 1
        while True:
            answer = self.browser.get(f"{LIST}?state=open&p={page}")
            if LOG_IN in answer.headers.get("Location", ""):
                self._log_in()
                continue
            if answer.is_redirect:  # the orders of the next page have been packed while we looked at this one
                break
            rows = ROW.findall(answer.text)
            found |= {int(order): number for order, number in rows}
            if len(rows) < ROWS_PER_PAGE:
                break
            page += 1
        todo = [(order, number) for order, number in sorted(found.items()) if number not in self.packers.done]
        return [(order, number) for order, number in todo if order % self.of == self.number]

    def _log_in(self) -> None:
        path = f"{LOG_IN}?next={LIST}"
        form = {"csrfmiddlewaretoken": token_in(self.browser.get(path).text)}
        email, password = self.login
        self.browser.post(path, form | {"username": email, "password": password})
        self._token = ""

    def _pack(self, order: int, number: str) -> bool:
        """Whether the order needs no second look."""
        fate, path = fate_of(number), f"{LIST}{order}/change/"
        done = True
        if fate in (CHOOSE, FAIL_PACKED):
            done = self._save(path, {"result": "open"})
        if fate in (FAIL, FAIL_PACKED):
            done = self._save(path, {"result": "failed", "reason": "The copies were found to be damaged."})
        if fate == SHORT:
            self._fall_short(path)
        if fate in (SEND, SHORT):
            done = self._save(path, {"result": "success"})
        if done:
            self.packers.done.add(number)
        return done

    def _fall_short(self, path: str) -> None:
        """One copy of the first line cannot be delivered. The page itself shows whether that was noted already."""
        while SHORT_FORM in (page := self._page(path)) and NOTED_SHORT not in page:
            form = {"number": "1", "reason": "The copy was found to be damaged.", "missing": "", "_short": "1"}
            if self.browser.post(path, fields(page, SHORT_FORM) | form).status_code == 403:
                self._log_in()

    def _page(self, path: str) -> str:
        while (page := self.browser.get(path)).is_redirect:
            self._log_in()
        return page.text

    def _save(self, path: str, result: dict[str, str]) -> bool:
        """False if the page refused. A save whose answer was lost shows at the second try that it is done."""
        while True:
            self._token = self._token or token_in(self.browser.get(path).text)
            page = self.browser.post(path, {"csrfmiddlewaretoken": self._token, "_propose": "1"})
            if page.status_code == 403 or page.is_redirect:
                self._log_in()
                continue
            if 'id="packing"' not in page.text:
                return True  # the order is closed
            form = {**fields(page.text, 'id="packing"'), **result}
            copies = [("copies", barcode) for barcode in CHOSEN.findall(page.text)]
            page = self.browser.post(path, [*form.items(), *copies])
            if page.status_code != 403:
                return page.is_redirect
            self._log_in()
