"""Letters on parcels: one for each that leaves, for each code that it gets later, and for each that will not arrive."""

from collections import Counter
from collections.abc import Iterator

from prove.checks.evidence import Evidence, Row
from prove.checks.orders import GONE
from prove.checks.violation import Violation

OF_A_PARCEL = ("order_parcel", "order_shipped")
CODE = "parcel_code"
OF_AN_END = {"lost": "parcel_lost", "came_back": "parcel_came_back"}


def missing(evidence: Evidence) -> Iterator[Violation]:
    for number, what, wanted, written in _counted(evidence):
        if written < wanted:
            yield Violation(f"{wanted} {what} of order {number}, and {written} letters tell of them.", number)


def doubled(evidence: Evidence) -> Iterator[Violation]:
    for number, what, wanted, written in _counted(evidence):
        if written > wanted:
            yield Violation(f"{wanted} {what} of order {number}, and {written} letters tell of them.", number)


def _counted(evidence: Evidence) -> Iterator[tuple[str, str, int, int]]:
    """For each order what happened to its parcels, by the store's word, and the letters that tell of it."""
    mails = evidence.shop["mails"]
    left = Counter(row["number"] for row in evidence.store["parcels"] if row["state"] in GONE)
    told = Counter(letter["key"] for letter in mails if letter["kind"] in OF_A_PARCEL)
    for number in sorted(set(left) | set(told)):
        yield number, "parcels that left", left[number], told[number]
    due = Counter((number, kind) for number, _, kind, _ in _changes(evidence.store["events"]))
    written = Counter((m["key"], m["kind"]) for m in mails if m["kind"] in (CODE, *OF_AN_END.values()))
    for number, kind in sorted(set(due) | set(written)):
        yield number, f"changes ({kind})", due[number, kind], written[number, kind]


def _changes(events: list[Row]) -> set[tuple[str, int, str, str]]:
    """Order, parcel, kind of letter and, of a code, which: each is told once.

    :param events: the store's, by the versions of each order.
    """
    found, known = set(), {}
    for event in events:
        for parcel in event["parcels"]:
            key = (event["number"], parcel["number"])
            before, known[key] = known.get(key), parcel
            if parcel["state"] in OF_AN_END:
                found.add((*key, OF_AN_END[parcel["state"]], ""))
            names = [name for name in ("carrier", "tracking") if before and parcel[name] != before[name]]
            if parcel["state"] == "dispatched" and any(parcel[name] for name in names):
                found.add((*key, CODE, f"{parcel['carrier']} {parcel['tracking']}"))
    return found
