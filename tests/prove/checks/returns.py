"""Returns: none lost, none twice, both sides agree, and nothing comes back that was not sent."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from prove import sending_back
from prove.checks.evidence import Evidence, Row
from prove.checks.violation import Violation

COUNTERS = ("quantity", "received", "restocked", "damaged", "not_ours", "missing", "refund")
SAID = ("number", "state", "version", "why", "reason")


def differ(evidence: Evidence) -> Iterator[Violation]:
    shop, store = ({row["return"]: row for row in side["returns"]} for side in (evidence.shop, evidence.store))
    for back in sorted(shop.keys() | store.keys()):
        ours, theirs = shop.get(back), store.get(back)
        number = (ours or theirs)["number"]
        if ours is None or theirs is None:
            yield Violation(f"Return {back} is only in the {'store' if ours is None else 'shop'}.", number)
        elif different := [name for name in SAID if ours[name] != theirs[name]]:
            told = ", ".join(f"{name} {ours[name]} in the shop, {theirs[name]} in the store" for name in different)
            yield Violation(f"Return {back}: {told}.", number)
    yield from _counters_differ(evidence)
    yield from _events_missing(evidence)
    yield from _not_as_asked(evidence)


def _counters_differ(evidence: Evidence) -> Iterator[Violation]:
    shop, store = (
        {(row["return"], row["line"]): row for row in side["return_lines"]} for side in (evidence.shop, evidence.store)
    )
    for key in sorted(shop.keys() | store.keys()):
        ours, theirs = ([row[name] for name in COUNTERS] if row else None for row in (shop.get(key), store.get(key)))
        if ours != theirs:
            told = f"{COUNTERS} are {ours} in the shop, {theirs} in the store"
            yield Violation(f"Return {key[0]}, line {key[1]}: {told}.", (shop.get(key) or store[key])["number"])


def _events_missing(evidence: Evidence) -> Iterator[Violation]:
    for name, side in (("shop", evidence.shop), ("store", evidence.store)):
        versions = defaultdict(list)
        for event in side["return_events"]:
            versions[event["return"]].append(event["version"])
        for row in side["returns"]:
            expected = list(range(1, row["version"] + 1))
            if versions[row["return"]] != expected or not expected:
                told = f"has the events {versions[row['return']]} in the {name}, and should have {expected}"
                yield Violation(f"Return {row['return']} {told}.", row["number"])


def _not_as_asked(evidence: Evidence) -> Iterator[Violation]:
    """As many as the shop took from their customers, and each ended as what lay in its parcel."""
    asked = Counter(row["number"] for row in evidence.shop["returns"])
    for order in evidence.accepted:
        if asked[order.number] != order.returns:
            told = f"The customer of order {order.number} asked for {order.returns} returns"
            yield Violation(f"{told}, the shop has {asked[order.number]}.", order.number)
    for row in evidence.store["returns"]:
        comes = sending_back.told_in(row["words"])
        if row["state"] != sending_back.ends_as(comes):
            yield Violation(f"Return {row['return']}, “{comes}”, ended as {row['state']}.", row["number"])


def too_often(evidence: Evidence) -> Iterator[Violation]:
    """Copies of a line in returns are never more than were sent, and each that came was sent for that line."""
    state, taken_up = {row["return"]: row["state"] for row in evidence.store["returns"]}, Counter()
    for row in evidence.store["return_lines"]:
        taken_up[row["number"], row["line"]] += _taken_up(row, state.get(row["return"], ""))
    for line in evidence.store["lines"]:
        if (copies := taken_up[line["number"], line["line"]]) > line["shipped"]:
            told = f"{copies} copies came back or may, {line['shipped']} were sent"
            yield Violation(f"Order {line['number']}, line {line['line']}: {told}.", line["number"])
    back = Counter((row["copy"], row["number"], row["line"]) for row in evidence.store["returned_copies"])
    sent = Counter((row["copy"], row["number"], row["line"]) for row in evidence.store["allocations"] if row["is_back"])
    for key in sorted(back.keys() | sent.keys()):
        if back[key] != sent[key] or back[key] > 1:
            told = f"came back {back[key]} times, and {sent[key]} times by the box it was sent in"
            yield Violation(f"Copy {key[0]} of order {key[1]} {told}.", key[1])


def _taken_up(row: Row, state: str) -> int:
    """How many copies a return stands for: none if it was refused, at its end what came."""
    if state == "refused":
        return 0
    return row["received"] if state == "closed" else row["quantity"] - row["not_ours"] - row["missing"]
