"""Copies: each is where its ledger says, none is promised twice, and the sums fit."""

from collections import Counter
from collections.abc import Iterator

from prove.checks.evidence import Evidence, Row
from prove.checks.violation import Violation

OPEN = ("received", "packing", "part_sent")
OVER = ("expired", "cancelled")
ORDERS_STATE_OF = {
    "allocated": ("packing", "part_sent"),
    "packed": ("packing", "part_sent"),
    "shipped": ("part_sent", "dispatched"),
}
LEVEL = ("on the shelf", "of these not new", "promised", "awaited")
PARCELS_STATE_OF = {"allocated": "open", "packed": "sealed", "shipped": "dispatched"}


def oversold(evidence: Evidence) -> Iterator[Violation]:
    """More promised than on the shelf, or one copy in two boxes."""
    titles = {book["id"]: book["title"] for book in evidence.store["books"]}
    promised, available = _promised(evidence), _available(evidence) - _not_new(evidence)
    for level in evidence.store["levels"]:
        book = level["book"]
        new = level["on_shelf"] - level["not_new"]
        if level["reserved"] > new:
            told = f"{level['reserved']} promised, {new} new ones on the shelf"
            yield Violation(f"“{titles.get(book)}” is oversold: {told}.", _order_waiting_for(evidence, book))
        elif promised[book] > available[book]:
            told = f"{promised[book]} copies are waited for or held, {available[book]} are there"
            yield Violation(f"“{titles.get(book)}” is oversold: {told}.", _order_waiting_for(evidence, book))
    for copy, times in Counter(row["copy"] for row in evidence.in_boxes).items():
        if times > 1:
            numbers = [row["number"] for row in evidence.in_boxes if row["copy"] == copy]
            yield Violation(f"Copy {copy} lies in {times} orders: {', '.join(numbers)}.", numbers[-1])


def wrong(evidence: Evidence) -> Iterator[Violation]:
    yield from _ledger(evidence)
    yield from _boxes(evidence)
    yield from _came_back(evidence)
    counted = {
        "on_shelf": _available(evidence),
        "not_new": _not_new(evidence),
        "reserved": _promised(evidence),
        "awaited": _awaited(evidence),
    }
    levels = {level["book"]: level for level in evidence.store["levels"]}
    for book in sorted(set(levels).union(*counted.values())):
        told = [levels[book][name] if book in levels else 0 for name in counted]
        there = [numbers[book] for numbers in counted.values()]
        if told != there:
            names = ", ".join(f"{number} {name}" for name, number in zip(LEVEL, told))
            yield Violation(f"Book {book} is noted with {names}; counted are {', '.join(map(str, there))}.")


def _ledger(evidence: Evidence) -> Iterator[Violation]:
    """Every line goes on where the copy's last one ended, and the last one says where the copy is."""
    state: dict[int, str] = {}
    for line in evidence.store["ledger"]:
        if state.get(line["copy"], "") != line["from_state"]:
            was = state.get(line["copy"]) or "not there"
            told = f"the ledger moves it from {line['from_state'] or 'outside'} while it was {was}"
            yield Violation(f"Copy {line['copy']}: {told}.", line["number"] or "")
        state[line["copy"]] = line["to_state"]
    for copy in evidence.store["copies"]:
        if state.get(copy["id"]) != copy["state"]:
            told = f"is {copy['state']}, its ledger ends with {state.get(copy['id'])}"
            yield Violation(f"Copy {copy['barcode']} {told}.")


def _boxes(evidence: Evidence) -> Iterator[Violation]:
    """A copy that belongs to an order lies in one, and in one of the right state."""
    box = {row["copy"]: row for row in evidence.in_boxes}
    for copy in evidence.store["copies"]:
        row, wanted = box.get(copy["id"]), ORDERS_STATE_OF.get(copy["state"])
        if bool(row) != bool(wanted) or (row and row["state"] not in wanted):
            where = f"in order {row['number']}, which is {row['state']}" if row else "in no order"
            yield Violation(f"Copy {copy['barcode']} is {copy['state']} and {where}.", row["number"] if row else "")
        elif row and (row["parcel_state"] != PARCELS_STATE_OF[copy["state"]] or not row["in_own_parcel"]):
            where = f"in parcel {row['parcel']} ({row['parcel_state']}) of {'its' if row['in_own_parcel'] else 'another'} order"
            yield Violation(f"Copy {copy['barcode']} is {copy['state']} and {where}.", row["number"])


def _came_back(evidence: Evidence) -> Iterator[Violation]:
    """The ledger moves a copy back as often as it came, and on as often as somebody looked at it; it waits where it is."""
    moved = Counter((row["copy"], row["from_state"], row["to_state"]) for row in evidence.store["ledger"])
    came = Counter((row["copy"], step) for row in evidence.store["returned_copies"] for step in _steps_of(row))
    of_returns = {(copy, (one, other)) for copy, one, other in moved if "returned" in (one, other)}
    for copy, step in sorted(of_returns | set(came)):
        if moved[copy, *step] != came[copy, step]:
            told = f"{moved[copy, *step]} lines of the ledger, {came[copy, step]} in returns"
            yield Violation(f"Copy {copy} went from {step[0]} to {step[1]}: {told}.")
    waiting = {row["copy"]: row["number"] for row in evidence.store["returned_copies"] if not row["outcome"]}
    for copy in evidence.store["copies"]:
        if (copy["state"] == "returned") != (copy["id"] in waiting):
            waits = "waits for a look" if copy["id"] in waiting else "is in no return that waits for a look"
            yield Violation(f"Copy {copy['barcode']} is {copy['state']} and {waits}.", waiting.get(copy["id"], ""))


def _steps_of(came_back: Row) -> list[tuple[str, str]]:
    looked_at = {"restocked": "available", "damaged": "damaged"}.get(came_back["outcome"])
    return [("shipped", "returned"), *([("returned", looked_at)] if looked_at else [])]


def holds_left(evidence: Evidence) -> Iterator[Violation]:
    """A hold ends with its order's coming, with its order's end, or by itself."""
    ordered = {order["number"] for order in evidence.store["orders"]}
    over = {order["number"]: order["state"] for order in evidence.shop["orders"] if order["state"] in OVER}
    for hold in evidence.store["holds"]:
        if hold["number"] in ordered:
            told = (
                f"{hold['quantity']} of book {hold['book']} are still held for order {hold['number']}, which has come."
            )
            yield Violation(told, hold["number"])
        elif hold["number"] in over:
            told = f"{hold['quantity']} of book {hold['book']} are still held for order {hold['number']}"
            yield Violation(f"{told}, which is {over[hold['number']]}.", hold["number"])
        elif hold["overdue"]:
            yield Violation(f"A hold of book {hold['book']} for {hold['number']} is past its end.", hold["number"])


def _promised(evidence: Evidence) -> Counter:
    """Copies that open orders still wait for, or that are held for an order to come, by book."""
    is_open = {order["id"] for order in evidence.store["orders"] if order["state"] in OPEN}
    promised = Counter()
    for line in evidence.store["lines"]:
        if line["order_id"] in is_open:
            promised[line["book"]] += line["quantity"] - line["short"] - line["awaited"] - line["packed"]
    for hold in evidence.store["holds"]:
        promised[hold["book"]] += hold["quantity"]
    return promised


def _awaited(evidence: Evidence) -> Counter:
    """Copies that open orders wait for without a promise, by book."""
    is_open = {order["id"] for order in evidence.store["orders"] if order["state"] in OPEN}
    awaited = Counter()
    for line in evidence.store["lines"]:
        if line["order_id"] in is_open:
            awaited[line["book"]] += line["awaited"]
    return awaited


def _not_new(evidence: Evidence) -> Counter:
    on_shelf = (copy for copy in evidence.store["copies"] if copy["state"] == "available")
    return Counter(copy["book"] for copy in on_shelf if copy["condition"] != "new")


def _available(evidence: Evidence) -> Counter:
    return Counter(copy["book"] for copy in evidence.store["copies"] if copy["state"] == "available")


def _order_waiting_for(evidence: Evidence, book: int) -> str:
    states = {order["id"]: order["state"] for order in evidence.store["orders"]}
    waiting = [line for line in evidence.store["lines"] if line["book"] == book and states[line["order_id"]] in OPEN]
    return max(waiting, key=lambda line: line["order_id"])["number"] if waiting else ""
