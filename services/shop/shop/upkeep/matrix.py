"""The mail matrix: order by event, which letter was wanted, which was sent, and which was captured."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shop.notifications.models import Mail
from shop.orders.models import Order
from shop.upkeep.catcher import Captured
from shop.upkeep.letters_due import Due, Facts

ORDER_MESSAGE_ID = re.compile(r"^<order-([0-9a-f-]{36})-v(\d+)-")
State = Mail.State


class Verdict(StrEnum):
    CAPTURED = "captured"
    SENT = "sent"
    NO_LETTER = "no letter due"
    NOT_WANTED = "not wanted by its reader"
    WAITING = "not sent yet"
    GIVEN_UP = "given up"
    RESENT = "came again, same letter"
    NEVER_WRITTEN = "missing: never written"
    REFUSED = "missing: refused"
    NOT_CAPTURED = "missing: sent, not captured"
    DOUBLED = "doubled"
    UNCALLED_FOR = "doubled: nothing happened"
    UNWANTED = "doubled: not wanted, and came"


MISSING = frozenset({Verdict.NEVER_WRITTEN, Verdict.REFUSED, Verdict.NOT_CAPTURED})
DOUBLED = frozenset({Verdict.DOUBLED, Verdict.UNCALLED_FOR, Verdict.UNWANTED})
LEVELS = {
    **{verdict: "person" for verdict in MISSING | DOUBLED},
    **{verdict: "waits" for verdict in (Verdict.WAITING, Verdict.RESENT)},
    **{verdict: "fine" for verdict in (Verdict.CAPTURED, Verdict.SENT)},
}


@dataclass(frozen=True)
class Cell:
    """One event of one order. `captured` is None where nobody can know."""

    kind: str
    at: datetime
    wanted: int
    sent: int
    captured: int | None
    verdict: Verdict
    why: str = ""

    @property
    def level(self) -> str:
        return LEVELS.get(self.verdict, "quiet")

    @property
    def counts(self) -> str:
        seen = "?" if self.captured is None else self.captured
        return f"wanted {self.wanted} · sent {self.sent} · captured {seen}"


@dataclass(frozen=True)
class Line:
    """All that one order's customer was to be told."""

    order: Order
    cells: list[Cell]

    @property
    def wrong(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.verdict in MISSING | DOUBLED]


def judge(facts: Iterable[Facts], captured: Captured) -> list[Line]:
    """This function will say of each event whether its letter came, from what was written and what was captured.

    What was captured must have been read after the facts: then a letter that is noted as sent must be there.
    """
    strange = _ids_by_event(captured)
    return [_line(fact, captured, strange) for fact in facts]


def _ids_by_event(captured: Captured) -> dict[str, set[str]]:
    """Captured Message-IDs by the event they name: two for one event are two letters."""
    found = defaultdict(set)
    for message_id in captured.times:
        if named := ORDER_MESSAGE_ID.match(message_id):
            found[f"order:{named[1]}:{named[2]}:"].add(message_id)
    return found


def _line(facts: Facts, captured: Captured, strange: dict[str, set[str]]) -> Line:
    written = defaultdict(list)
    for mail in facts.mails:
        written[_slot(mail)].append(mail)
    known = {due.slot for due in facts.due}
    cells = [_cell(due, written[due.slot], captured, strange.get(due.slot, set())) for due in facts.due]
    for slot, mails in written.items():
        if slot not in known:  # a letter of another kind, or one that tells of a version that never was
            wanted = not slot.startswith(("order:", "refund:"))
            due = Due(slot, mails[0].kind, mails[0].created_at, wanted)
            cells.append(_cell(due, mails, captured, strange.get(slot, set())))
    return Line(facts.order, cells)


def _slot(mail: Mail) -> str:
    topic, _, rest = mail.event.partition(":")
    return f"order:{':'.join(rest.split(':')[:2])}:" if topic == "order" else mail.event


def _cell(due: Due, mails: list[Mail], captured: Captured, strange: set[str]) -> Cell:
    ids = {mail.message_id for mail in mails} | strange
    sent_at = max((mail.done_at for mail in mails if mail.done_at), default=None)
    counts = {message_id: captured.of(message_id, sent_at=sent_at) for message_id in ids}
    known = [times for times in counts.values() if times is not None]
    seen = sum(known) if known else (None if ids or captured.error else 0)
    sent = sum(mail.state == State.SENT for mail in mails)
    verdict = _verdict(due, mails, counts, strange, seen)
    why = next((mail.last_error for mail in mails if mail.state != State.SENT and mail.last_error), "")
    if strange and not mails:
        why = "The catcher has one, and the shop knows nothing of it."
    if len(ids) > 1:
        why = "Two Message-IDs: " + ", ".join(sorted(ids))
    wanted = due.wanted and verdict != Verdict.NOT_WANTED
    return Cell(due.kind, due.at, int(wanted), sent, seen, verdict, why)


def _verdict(due: Due, mails: list[Mail], counts: dict, strange: set[str], seen: int | None) -> Verdict:
    if not due.wanted:
        return Verdict.UNCALLED_FOR if mails or strange else Verdict.NO_LETTER
    if len(mails) > 1 or len(counts) > 1:
        return Verdict.DOUBLED
    if not mails:
        return Verdict.NEVER_WRITTEN
    if mails[0].state == State.NOT_WANTED:
        return _verdict_unwanted(mails[0], seen)
    if seen:
        return Verdict.CAPTURED if seen == 1 else Verdict.RESENT
    of_state = {State.WAITING: Verdict.WAITING, State.REFUSED: Verdict.REFUSED, State.GIVEN_UP: Verdict.GIVEN_UP}
    if verdict := of_state.get(State(mails[0].state)):
        return verdict
    return Verdict.SENT if seen is None else Verdict.NOT_CAPTURED


def _verdict_unwanted(mail: Mail, seen: int | None) -> Verdict:
    """What nobody may choose against has no address for it, and is missing."""
    if seen:
        return Verdict.UNWANTED
    return Verdict.NOT_WANTED if mail.stop_url else Verdict.NEVER_WRITTEN
