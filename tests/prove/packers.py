"""Staff who pack at the same time, through the admin's packing page."""

import re
import threading
import time
from uuid import UUID

from prove.browser import Stopped, fields, token_in
from prove.staff import LOG_IN, Colleague

LIST = "/admin/orders/order/"
ROW = re.compile(r"/admin/orders/order/(\d+)/change/.*?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.DOTALL)
CHOSEN = re.compile(r'<option value="([^"]+)" selected')
PROGRESS = re.compile(r"(\d+) of (\d+) in the box")
ROWS_PER_PAGE = 50
PAUSE_S = 0.3
SHORT_FORM, NOTED_SHORT = "<details", "not deliverable: "
LEAVE, CHOOSE, FAIL, FAIL_PACKED, SHORT, SEND = "leave", "choose", "fail", "fail when packed", "short", "send"
IN_PARTS, GIVE_UP_REST, TWO_AT_ONCE = "send in parts", "send a part and give up the rest", "send two parcels at once"
FATES = {  # of forty
    **{0: LEAVE, 1: CHOOSE, 2: FAIL, 3: FAIL_PACKED, 4: SHORT, 5: SHORT, 6: SHORT},
    **{7: IN_PARTS, 8: IN_PARTS, 9: IN_PARTS, 10: GIVE_UP_REST, 11: GIVE_UP_REST, 12: TWO_AT_ONCE, 13: TWO_AT_ONCE},
}
BENCH, SCAN_FORM = "/admin/packing/", 'id="scan"'
PARCEL_ON_ITS_WAY, LABEL_FORM = (
    re.compile(r'href="(/admin/packing/parcels/\d+/)">Parcel \d+</a>, on its way'),
    'class="label"',
)


def fate_of(number: str) -> str:
    """What becomes of an order: most are sent, some fail in whole or in part, and some are still open at the end."""
    return FATES.get(UUID(number).int % 40, SEND)


def is_to_leave(number: str) -> bool:
    """Whether the packers send an order, or at least a part of it."""
    return fate_of(number) not in (LEAVE, CHOOSE, FAIL, FAIL_PACKED)


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
        self.packers, self.number, self.of, self.stop = packers, number, of, stop
        self.colleague = Colleague(url, login, stop)
        self.browser = self.colleague.browser
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
        self.colleague.log_in(LIST)
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
        if fate in (IN_PARTS, GIVE_UP_REST, TWO_AT_ONCE):
            self._send_a_part(order, at_once=fate == TWO_AT_ONCE)
        if fate in (IN_PARTS, GIVE_UP_REST):
            self._note_code(order)
        if fate == GIVE_UP_REST:
            done = self._save(path, {"result": "failed", "reason": "The other copies were found to be damaged."})
        if fate in (SEND, SHORT, IN_PARTS, TWO_AT_ONCE):
            done = self._save(path, {"result": "success"})
        if done:
            self.packers.done.add(number)
        return done

    def _fall_short(self, path: str) -> None:
        """One copy of the first line cannot be delivered. The page itself shows whether that was noted already."""
        while SHORT_FORM in (page := self.colleague.page(path)) and NOTED_SHORT not in page:
            form = {"number": "1", "reason": "The copy was found to be damaged.", "missing": "", "_short": "1"}
            self.colleague.post(path, fields(page, SHORT_FORM) | form)

    def _send_a_part(self, order: int, *, at_once: bool) -> None:
        """Put one copy into a parcel of its own at the bench, and send it off unless both are to leave at once.

        Each step is read off the page, so that one whose answer was lost is not done twice.
        """
        path = f"{BENCH}{order}/"
        while SCAN_FORM in (page := self.colleague.page(path)) and (step := _next_step(page, at_once=at_once)):
            self.colleague.post(path, {**fields(page, SCAN_FORM), **step})

    def _note_code(self, order: int) -> None:
        """The carrier tells the code of the parcel that has left only afterwards. One noted twice is told once."""
        left = PARCEL_ON_ITS_WAY.search(self.colleague.page(f"{BENCH}{order}/"))
        if left:
            said = {"label": "1", "carrier": "Pigeon Post", "tracking": f"PP-{order}", "weight_g": ""}
            while self.colleague.post(left[1], fields(self.colleague.page(left[1]), LABEL_FORM) | said) is None:
                pass

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


def _next_step(page: str, *, at_once: bool) -> dict[str, str]:
    """What is scanned next of an order of several copies, so that a part of it leaves; {} if there is nothing to do."""
    progress = PROGRESS.search(page)
    if not progress or int(progress[2]) < 2 or "on its way" in page:
        return {}
    if progress[1] == "0":
        offered = fields(page, SCAN_FORM)["offered"]
        return {"code": offered} if offered else {}
    if at_once:
        return {} if "Parcel 2" in page else {"command": "CMDNEWPARCEL"}
    return {"command": "CMDDONE" if ", sealed, " in page else "CMDSEAL"}
