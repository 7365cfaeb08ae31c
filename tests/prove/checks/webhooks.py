"""What a partner heard of the orders. It hears everything at least once, and knows by the id what it has heard before."""

from collections import defaultdict
from collections.abc import Iterator

from prove.checks.evidence import Evidence
from prove.checks.violation import Violation
from prove.partner import Heard


def missing(evidence: Evidence) -> Iterator[Violation]:
    if evidence.heard is None:
        return  # nobody listened
    told = {(one.order, one.version, one.state) for one in evidence.heard}
    for event in evidence.shop["events"]:
        if (event["number"], event["version"], event["state"]) not in told:
            sentence = f"The partner never heard that order {event['number']} is {event['state']}."
            yield Violation(sentence, event["number"])
    if evidence.not_ours:
        yield Violation(f"{evidence.not_ours} deliveries had no signature that is good.")


def doubled(evidence: Evidence) -> Iterator[Violation]:
    ids: dict[tuple[str, int], set[str]] = defaultdict(set)
    for one in evidence.heard or ():
        ids[one.order, one.version].add(one.id)
    for (order, version), known in ids.items():
        if len(known) > 1:
            yield Violation(f"Move {version} of order {order} came under {len(known)} ids.", order)


def out_of_order(evidence: Evidence) -> Iterator[Violation]:
    newest: dict[str, int] = {}
    for one in _heard_first(evidence.heard or []):
        if newest.setdefault(one.order, 0) >= one.version:
            yield Violation(
                f"The partner heard move {newest[one.order]} of order {one.order} before {one.version}.", one.order
            )
        newest[one.order] = max(newest[one.order], one.version)


def _heard_first(heard: list[Heard]) -> list[Heard]:
    """Without repetitions of what was heard already."""
    return list({one.id: one for one in reversed(heard)}.values())[::-1]
