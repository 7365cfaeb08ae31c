"""Mails: one for each event of an order, neither more nor fewer, in order."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from prove.checks.evidence import Evidence, Row
from prove.checks.violation import Violation


def missing(evidence: Evidence) -> Iterator[Violation]:
    arrived = {mail.message_id for mail in evidence.mailbox}
    letters = _by_event(evidence)
    for event in evidence.shop["events"]:
        key = (event["number"], event["version"])
        if key not in letters:
            told = f"No mail was written for version {key[1]} ({event['state']}) of order {key[0]}."
            yield Violation(told, key[0])
        for letter in letters.get(key, ()):
            if letter["message_id"] not in arrived:
                yield Violation(f"The mail {letter['event']} never arrived.", key[0])


def doubled(evidence: Evidence) -> Iterator[Violation]:
    """Two letters for one event, or mails that nobody wrote."""
    letters = _by_event(evidence)
    for (number, version), rows in letters.items():
        if len(rows) > 1:
            yield Violation(f"{len(rows)} mails were written for version {version} of order {number}.", number)
    events = {(event["number"], event["version"]) for event in evidence.shop["events"]}
    for number, version in sorted(set(letters) - events):
        yield Violation(f"A mail tells of version {version} of order {number}, which did not happen.", number)
    known = {mail["message_id"] for mail in evidence.shop["mails"]}
    for message_id in sorted({mail.message_id for mail in evidence.mailbox} - known):
        yield Violation(f"The mail {message_id} arrived, and the shop never wrote it.")
    versions = defaultdict(set)
    for mail in evidence.mailbox:
        versions[mail.message_id].add(mail.raw)
    for message_id, texts in versions.items():
        if len(texts) > 1:
            yield Violation(f"The mail {message_id} arrived with {len(texts)} different contents.")


def out_of_order(evidence: Evidence) -> Iterator[Violation]:
    first_at: dict[str, int] = {}
    for place, mail in enumerate(evidence.mailbox):
        first_at.setdefault(mail.message_id, place)
    for number, rows in sorted(_by_order(evidence).items()):
        places = [first_at[row["message_id"]] for row in rows if row["message_id"] in first_at]
        if places != sorted(places):
            yield Violation(f"The mails of order {number} did not arrive in the order of its events.", number)


def resent(evidence: Evidence) -> int:
    """How many mails came once more under the same Message-ID: what SMTP cannot rule out."""
    return sum(times - 1 for times in Counter(mail.message_id for mail in evidence.mailbox).values())


def resent_too_often(evidence: Evidence) -> Iterator[Violation]:
    if resent(evidence) > evidence.most_resent:
        told = (
            f"{resent(evidence)} mails came again, and senders were interrupted at most {evidence.most_resent} times."
        )
        yield Violation(told)


def _by_event(evidence: Evidence) -> dict[tuple[str, int], list[Row]]:
    """The letters about orders; the key of each is order:<number>:<version>:<kind>."""
    found = defaultdict(list)
    for mail in evidence.shop["mails"]:
        topic, *rest = mail["event"].split(":")
        if topic == "order":
            found[rest[0], int(rest[1])].append(mail)
    return found


def _by_order(evidence: Evidence) -> dict[str, list[Row]]:
    found = defaultdict(list)
    for (number, _), rows in sorted(_by_event(evidence).items()):
        found[number] += rows
    return found
