"""The desk by scanner alone: what becomes of the copy that lies there, and what of a return has not come."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from store.orders.codes import AtDesk, Code, Command
from store.returns import inspecting
from store.returns.models import Outcome, Return, ReturnedCopy, ReturnLine
from store.returns.operations import ReturnRefused, lines_of

BECOMES = {AtDesk.RESTOCK: Outcome.RESTOCKED, Command.DAMAGED: Outcome.DAMAGED}
INSTEAD = {AtDesk.MISSING: "missing", AtDesk.NOT_OURS: "not_ours"}
COMMANDS = {
    AtDesk.TAKE_IN: "Return: take in what nobody asked for",
    AtDesk.RESTOCK: "Return: as sent, back on the shelf",
    AtDesk.MISSING: "Return: a copy is missing",
    AtDesk.NOT_OURS: "Return: something that is not ours",
}
LARGEST_ID = 2**63 - 1


class Before(NamedTuple):
    """What the page showed at which something was scanned; 0 for what it did not.

    :ivar looking: the copy that waits for a look.
    :ivar of: the return that was worked on.
    :ivar line: its line that a copy is missing of, by the number in the order; and how many were expected of it.
    """

    looking: int = 0
    of: int = 0
    line: int = 0
    expected: int = 0

    @classmethod
    def shown_by(cls, form: Mapping[str, str]) -> "Before":
        return cls(*(_number(form.get(name, "")) for name in cls._fields))


def obey(command: Command | AtDesk, before: Before, *, actor: str, now: datetime) -> tuple[str, Return]:
    """Do what was scanned; answer what to tell, and the return it was about.

    Money goes back for a copy that came, as on the form unless somebody says otherwise there.

    :raises ReturnRefused: nothing is changed then.
    """
    if command in BECOMES:
        if not before.looking:
            raise ReturnRefused("Scan the label of a copy first: then say what becomes of it.")
        outcome = BECOMES[command]
        looked = inspecting.inspect(returned_id=before.looking, outcome=outcome, refund=True, actor=actor, now=now)
        return words_of(looked), looked.line.of
    if command == AtDesk.TAKE_IN:
        raise ReturnRefused("Scan the label of a copy first. If nobody asked for its return, “take in” makes one.")
    if command in INSTEAD:
        return _instead(command, before, actor=actor, now=now)
    raise ReturnRefused(
        f"{command} is a command of the packing bench. Here are “restock”, “damaged”, “missing”, “not ours”."
    )


def words_of(looked: ReturnedCopy) -> str:
    """What becomes of a copy, and where it goes."""
    where = f": put it back on shelf {looked.copy.shelf}" if looked.copy.shelf else ""
    if looked.outcome == Outcome.DAMAGED:
        where = ": put it with the damaged ones"
    return f"Copy {looked.copy.barcode} is {looked.get_outcome_display()}{where}."


def line_meant(found: Return | None, code: Code | None = None) -> ReturnLine | None:
    """The line that “missing” would be about: the one whose ISBN was scanned, or the only one that copies are expected of."""
    open_lines = _expected_of(found) if found else []
    if code:
        return next((line for line in open_lines if line.line.isbn13 == code.isbn13), None)
    return open_lines[0] if len(open_lines) == 1 else None


def to_come(found: Return) -> str:
    """What is still expected of the return, in words; nothing if it is all here."""
    return ", ".join(f"{line.expected} × “{line.line.title}”" for line in _expected_of(found))


def _expected_of(found: Return) -> list[ReturnLine]:
    return [line for line in lines_of(found) if line.expected] if found.is_expecting else []


def return_worked_on(before: Before) -> Return | None:
    return Return.objects.select_related("order").filter(pk=before.of).first() if before.of else None


def _instead(command: AtDesk, before: Before, *, actor: str, now: datetime) -> tuple[str, Return]:
    waits = ReturnedCopy.objects.filter(pk=before.looking, outcome="").select_related("copy").first()
    if waits:
        raise ReturnRefused(f"Say first what becomes of copy {waits.copy.barcode}: scan “restock” or “damaged”.")
    found = return_worked_on(before)
    if found is None:
        raise ReturnRefused("Scan the label of the return first, or a copy that came with it.")
    rest = to_come(found)
    if not rest:
        raise ReturnRefused(f"Nothing more is expected for return {found.reference}.")
    if not before.line:
        raise ReturnRefused(f"Scan the ISBN of the book that is meant first. Expected for {found.reference}: {rest}.")
    found = inspecting.note_instead(
        return_id=found.pk, line=before.line, expected=before.expected, actor=actor, now=now, **{INSTEAD[command]: 1}
    )
    what = "is missing" if command == AtDesk.MISSING else "was something that is not ours"
    title = found.order.lines.get(line=before.line).title
    return f"Noted for return {found.reference}: a copy of “{title}” {what}. No money goes back for it.", found


def _number(text: str) -> int:
    """An id or a count of ours; 0 for anything else."""
    known = text.isascii() and text.isdigit() and len(text) < 20
    return int(text) if known and int(text) <= LARGEST_ID else 0
