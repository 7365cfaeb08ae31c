"""Returns at the warehouse: the office decides, a packer scans what came and says what becomes of it."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor

from prove import sending_back as parcel
from prove.browser import Stopped, fields, token_in
from prove.staff import Colleague

LIST, DESK = "/admin/returns/return/", "/admin/returns/return/receive/"
ROW = re.compile(r"/admin/returns/return/(\d+)/change/")
STATE = re.compile(r'<h1>Return.*?class="state state-(\w+)"')
TO_LOOK_AT = re.compile(r'name="returned" value="(\d+)"')
MAY_COME = re.compile(r"May still come: ([^.<]+)\.")
SECTION, INSTEAD_FORM = 'aria-labelledby="line-', "<details"
PUT_AWAY, NOTED = re.compile(r"\d damaged"), re.compile(r"\d (missing|not ours)")
INSTEAD = {parcel.MISSING: "missing", parcel.NOT_OURS: "not_ours", parcel.NOTHING: "missing"}
PAUSE_S = 1.0
Step = tuple[str, dict[str, str]]  # where it is done, and what is sent


class Desk(threading.Thread):
    """Each step is read off the page, so that one whose answer was lost is not done twice."""

    def __init__(self, url: str, *, office: tuple[str, str], packer: tuple[str, str], stop: threading.Event):
        super().__init__(name="desk of returns", daemon=True)
        self.office, self.packer = Colleague(url, office, stop), Colleague(url, packer, stop)
        self.stop, self.done = stop, set()
        self.errors: list[str] = []

    @property
    def repeats(self) -> int:
        return self.office.repeats + self.packer.repeats

    def run(self) -> None:
        try:
            while not self.stop.is_set():
                open_ones = sorted(set(ROW.findall(self.packer.page(f"{LIST}?state=open"))) - self.done, key=int)
                for one in open_ones:
                    self._go_on(f"{LIST}{one}/change/")
                self.done |= set(open_ones)
                self.stop.wait(PAUSE_S)
        except Stopped:
            pass
        except Exception as error:  # noqa: BLE001 - whatever it was, the report has to name it
            self.errors.append(f"{self.name}: {type(error).__name__}: {error}")

    def _go_on(self, path: str) -> None:
        while form := decision(self.office.page(path)):
            self.office.post(path, form)
        while step := next_step(self.packer.page(path), path):
            self._do(*step)

    def _do(self, path: str, form: dict[str, str]) -> None:
        """A scanner may read a label twice at once, and a button may be pressed twice."""
        with ThreadPoolExecutor(max_workers=2) as hands:
            list(hands.map(lambda _: self.packer.post(path, form), range(2)))


def decision(page: str) -> dict[str, str]:
    """This function will say how the office decides; {} if it does not, or has done so."""
    comes = parcel.told_in(page)
    if 'name="_approve"' not in page or comes == parcel.UNDECIDED:
        return {}
    token = {"csrfmiddlewaretoken": token_in(page)}
    if comes == parcel.READ:
        return token | {"_refuse": "1", "reason": "It has been read."}
    return token | {"_approve": "1"}


def next_step(page: str, path: str) -> Step | None:
    """This function will say what is done next with a return that was approved; None if nothing is to be done."""
    comes, token = parcel.told_in(page), {"csrfmiddlewaretoken": token_in(page)}
    if STATE.search(page)[1] == "approved" and comes == parcel.POSTED:
        return path, token | {"_on_the_way": "1"}
    if (waiting := TO_LOOK_AT.search(page)) and comes != parcel.NOT_LOOKED_AT:
        return path, token | {"_look": "1", "returned": waiting[1], "note": ""} | _outcome(page, comes)
    section = next((part for part in page.split(SECTION)[1:] if 'name="_instead"' in part), "")
    if not section:
        return None
    if comes == parcel.NOTHING or (comes in INSTEAD and not NOTED.search(page)):
        form = fields(section, INSTEAD_FORM)
        number = form["expected"] if comes == parcel.NOTHING else "1"
        return path, form | {"_instead": "1", "number": number, "what": INSTEAD[comes]}
    return DESK, token | {"code": MAY_COME.search(section)[1].split(", ")[0]}


def _outcome(page: str, comes: str) -> dict[str, str]:
    """The first copy is the damaged one, if there is one; for wear no money goes back."""
    if comes in (parcel.DAMAGED, parcel.WORN) and not PUT_AWAY.search(page):
        return {"outcome": "damaged"} | ({} if comes == parcel.WORN else {"refund": "on"})
    return {"outcome": "restocked", "refund": "on"}
