"""What customers send back: how they ask for it, and what lies in the parcel. The words of the form tell the warehouse."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prove.browser import fields

if TYPE_CHECKING:
    from prove.customers import Customer

ONE, ALL, PRESSED_TWICE = "one copy", "all copies", "all copies, and presses twice"
TWO_TABS, ONE_BY_ONE = "all copies, in two tabs at once", "one copy, and then the rest"
AS_SENT, POSTED, DAMAGED, WORN = "as it came", "on its way already", "one is torn", "one is worn by reading"
MISSING, NOT_OURS, NOTHING = "one is not in it", "one is of another shop", "nothing is in it"
READ, UNDECIDED, NOT_LOOKED_AT = "it was read long ago", "not decided", "not looked at"

NOT_SENT_YET = ("awaiting_payment", "placed", "accepted", "packing", "partly_shipped")
LOOKS_EVERY_S = 1.5
LOOKS_AT_EXPIRED = 10  # what was paid in time, and is heard of late, is still sent if the copies are there
TOLD = re.compile(r"In the parcel: (.+?)\.")
SELECT = re.compile(r'<select name="(line_\d+)".*?</select>', re.DOTALL)
CHOICE = re.compile(r'<option value="(\d+)"')


@dataclass(frozen=True)
class SendingBack:
    """:ivar asks: how the customer fills in the form; :ivar comes: what the warehouse finds, or makes of it."""

    asks: str
    comes: str

    @property
    def words(self) -> str:
        return f"In the parcel: {self.comes}."


# They take turns.
SENDINGS = (
    SendingBack(ONE, AS_SENT),
    SendingBack(PRESSED_TWICE, DAMAGED),
    SendingBack(TWO_TABS, MISSING),
    SendingBack(ONE, READ),
    SendingBack(ONE_BY_ONE, AS_SENT),
    SendingBack(ALL, NOT_OURS),
    SendingBack(ALL, WORN),
    SendingBack(ONE, UNDECIDED),
    SendingBack(ALL, POSTED),
    SendingBack(ALL, NOTHING),
    SendingBack(ONE, NOT_LOOKED_AT),
)
OTHERWISE_ENDS_AS = {READ: "refused", UNDECIDED: "asked", NOT_LOOKED_AT: "received"}


def told_in(words: str) -> str:
    """This function will find in the customer's words what lies in the parcel; "" if they do not say."""
    found = TOLD.search(words)
    return found[1] if found else ""


def ends_as(comes: str) -> str:
    """This function will say in which state a return is left."""
    return OTHERWISE_ENDS_AS.get(comes, "closed")


def send_back(customer: "Customer", sending: SendingBack) -> Iterator[float]:
    """This function will ask for a return once the order was sent. One that never is has nothing to be sent back."""
    hope = LOOKS_AT_EXPIRED
    while (state := customer.state()) in NOT_SENT_YET or (state == "expired" and hope):
        hope -= state == "expired"
        yield LOOKS_EVERY_S
    if state != "shipped":
        return
    asking = _Asking(customer, sending)
    if not asking.is_offered():
        raise AssertionError(f"The page of order {customer.order.number} offers nothing to be sent back.")
    match sending.asks:
        case asks if asks == PRESSED_TWICE:
            form = asking.form()
            asking.send(form, form)
        case asks if asks == TWO_TABS:
            asking.send(asking.form(), asking.form())
        case asks if asks == ONE_BY_ONE:
            asking.send(asking.form(at_most=1))
            yield LOOKS_EVERY_S
            asking.send(asking.form())
        case asks:
            asking.send(asking.form(at_most=1 if asks == ONE else None))


class _Asking:
    def __init__(self, customer: "Customer", sending: SendingBack):
        self.customer, self.sending, self.path = customer, sending, f"{customer.path}return/"

    def is_offered(self) -> bool:
        return self.path in self.customer.ask("GET", self.customer.path).text

    def form(self, *, at_most: int | None = None) -> dict[str, str]:
        """The form filled in; {} if nothing of the order can be sent back. One copy is one of the first line."""
        page = self.customer.ask("GET", self.path)
        if page.is_redirect:
            return {}
        most = {select[1]: CHOICE.findall(select[0])[-1] for select in SELECT.finditer(page.text)}
        copies = most if at_most is None else {**dict.fromkeys(most, "0"), next(iter(most)): str(at_most)}
        said = {"why": "not_wanted", "words": self.sending.words}
        return fields(page.text, 'class="entrance"') | copies | said

    def send(self, *forms: dict[str, str]) -> None:
        """All at the same moment. Each form that is taken is one return, whose customer is led back to the order."""
        forms = [form for form in forms if form]
        with ThreadPoolExecutor(max_workers=2) as hands:
            answers = list(hands.map(self._post, forms))
        taken = {form["key"] for form, answer in zip(forms, answers, strict=True) if answer.status_code == 302}
        self.customer.order.returns += len(taken)

    def _post(self, form: dict[str, str]):
        return self.customer.ask("POST", self.path, form, expected=(302, 400))
