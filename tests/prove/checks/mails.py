"""Mails: one for each event of an order, neither more nor fewer, in order."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator

from prove.checks.evidence import Evidence, Row
from prove.checks.violation import Violation

CAUSED_BY_VERSION = re.compile(r":v(\d+)-\d+$")
# The page tells of these (see letters.SILENT in the shop).
SILENT = ("awaiting_payment", "cancel_requested")
LATE = "late"


def missing(evidence: Evidence) -> Iterator[Violation]:
    arrived = {mail.message_id for mail in evidence.mailbox}
    letters, late = _by_event(evidence), _paid_late(evidence)
    for event in evidence.shop["events"]:
        key = (event["number"], event["version"])
        is_told_otherwise = event["state"] == "expired" and event["number"] in late
        if key not in letters and event["state"] not in SILENT and not is_told_otherwise:
            told = f"No mail was written for version {key[1]} ({event['state']}) of order {key[0]}."
            yield Violation(told, key[0])
    own = {letter["event"] for letter in evidence.shop["mails"]}
    for refund in evidence.shop["refunds"]:
        if refund["key"] not in own and not _is_told(refund, letters):
            told = f"No mail tells of the {refund['amount']} that go back by {refund['key']}."
            yield Violation(told, refund["number"])
    for letter in evidence.shop["mails"]:
        if letter["message_id"] not in arrived:
            yield Violation(f"The mail {letter['event']} never arrived.", letter["key"])


def _paid_late(evidence: Evidence) -> set[str]:
    """Orders that expired while their money was already on its way back: that letter tells of both."""
    return {row["number"] for row in evidence.shop["refunds"] if row["key"].endswith(f":{LATE}")}


def _is_told(refund: Row, letters: dict[tuple[str, int], list[Row]]) -> bool:
    """By the letter of that version of the order which is the refund's cause, such as v3-2."""
    version = CAUSED_BY_VERSION.search(refund["key"])
    told = letters.get((refund["number"], int(version[1])), ()) if version else ()
    return any(f"{refund['amount']:,.2f} goes back" in letter["text"] for letter in told)


def doubled(evidence: Evidence) -> Iterator[Violation]:
    """Two letters for one event, or mails that nobody wrote."""
    letters = _by_event(evidence)
    for (number, version), rows in letters.items():
        if len(rows) > 1:
            yield Violation(f"{len(rows)} mails were written for version {version} of order {number}.", number)
    events = {(event["number"], event["version"]) for event in evidence.shop["events"]}
    for number, version in sorted(set(letters) - events):
        yield Violation(f"A mail tells of version {version} of order {number}, which did not happen.", number)
    refunds = {refund["key"] for refund in evidence.shop["refunds"]}
    for letter in evidence.shop["mails"]:
        if letter["event"].startswith("refund:") and letter["event"] not in refunds:
            yield Violation(f"The mail {letter['event']} tells of money that nobody gives back.", letter["key"])
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
    """Letters about one order, also about its money, come in the order in which they were written."""
    first_at: dict[str, int] = {}
    for place, mail in enumerate(evidence.mailbox):
        first_at.setdefault(mail.message_id, place)
    for number, rows in sorted(_by_key(evidence).items()):
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


def _by_key(evidence: Evidence) -> dict[str, list[Row]]:
    """Letters about the events of one order by its versions, each followed by those written after it."""
    found = defaultdict(list)
    for mail in evidence.shop["mails"]:
        found[mail["key"]].append(mail)
    return found
