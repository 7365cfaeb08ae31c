"""Mails: one for each event of an order, neither more nor fewer, in order."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator

from prove.checks import mails_of_parcels
from prove.checks.evidence import Evidence, Row
from prove.checks.violation import Violation

CAUSED_BY_VERSION = re.compile(r":v(\d+)-\d+$")
CAUSED_BY_RETURN = re.compile(r":r([0-9a-f]{12})-(\d+)$")
DIGITS_IN_CAUSE = 12
# That the parcel is on its way back its sender knows; that the warehouse made a return says the letter on its coming.
OF_A_RETURN = ("approved", "refused", "received", "closed")
# The page tells of these (see letters.SILENT in the shop).
SILENT = ("awaiting_payment", "cancel_requested")
LATE = "late"
NOT_WANTED = "not wanted"
# What may be chosen of what the proof lets happen; all else goes to everybody.
TOPICS = {
    "order_packing": "packing",
    "order_parcel": "parcels",
    "order_shipped": "parcels",
    "parcel_code": "parcels",
    "return_received": "returns",
}


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
    letters |= _by_return(evidence)
    for refund in evidence.shop["refunds"]:
        if refund["key"] not in own and not _is_told(refund, letters):
            told = f"No mail tells of the {refund['amount']} that go back by {refund['key']}."
            yield Violation(told, refund["number"])
    yield from _missing_of_returns(evidence)
    yield from mails_of_parcels.missing(evidence)
    for letter in evidence.shop["mails"]:
        if letter["state"] == NOT_WANTED:
            if not _is_unwanted(letter, evidence):
                yield Violation(f"The mail {letter['event']} was kept back, and nobody chose so.", letter["key"])
        elif letter["message_id"] not in arrived:
            yield Violation(f"The mail {letter['event']} never arrived.", letter["key"])


def _paid_late(evidence: Evidence) -> set[str]:
    """Orders that expired while their money was already on its way back: that letter tells of both."""
    return {row["number"] for row in evidence.shop["refunds"] if row["key"].endswith(f":{LATE}")}


def _is_told(refund: Row, letters: dict[tuple[str, int], list[Row]]) -> bool:
    """By the letter of that version of the order, or of its return, which is the refund's cause, such as v3-2."""
    version, back = CAUSED_BY_VERSION.search(refund["key"]), CAUSED_BY_RETURN.search(refund["key"])
    told = letters.get((refund["number"], int(version[1])), ()) if version else ()
    told = letters.get((back[1], int(back[2])), ()) if back else told
    told = [letter["text"] for letter in told if letter["state"] != NOT_WANTED]
    return any(f"{refund['amount']:,.2f} goes back" in text for text in told)


def _is_unwanted(letter: Row, evidence: Evidence) -> bool:
    """Whether its reader had chosen against its kind before it was written, and it tells of nothing that is needed."""
    mine = (letter["to"].lower(), TOPICS.get(letter["kind"]), False)
    chosen = any(
        (row["email"].lower(), row["topic"], row["wanted"]) == mine and row["at"] <= letter["created_at"]
        for row in evidence.shop["choices"]
    )
    return chosen and letter["may_be_unwanted"]


def doubled(evidence: Evidence) -> Iterator[Violation]:
    """Two letters for one event, or mails that nobody wrote."""
    letters = _by_event(evidence)
    for (number, version), rows in letters.items():
        if len(rows) > 1:
            yield Violation(f"{len(rows)} mails were written for version {version} of order {number}.", number)
    events = {(event["number"], event["version"]) for event in evidence.shop["events"]}
    for number, version in sorted(set(letters) - events):
        yield Violation(f"A mail tells of version {version} of order {number}, which did not happen.", number)
    yield from mails_of_parcels.doubled(evidence)
    yield from _doubled_of_returns(evidence)
    refunds = {refund["key"] for refund in evidence.shop["refunds"]}
    for letter in evidence.shop["mails"]:
        if letter["event"].startswith("refund:") and letter["event"] not in refunds:
            yield Violation(f"The mail {letter['event']} tells of money that nobody gives back.", letter["key"])
    arrived = {mail.message_id for mail in evidence.mailbox}
    for letter in evidence.shop["mails"]:
        if letter["message_id"] in arrived and _is_unwanted(letter, evidence):
            yield Violation(f"The mail {letter['event']} came to somebody who does not want it.", letter["key"])
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


def _missing_of_returns(evidence: Evidence) -> Iterator[Violation]:
    written = Counter(_return_slots(evidence))
    for (back, version), number in _due_of_returns(evidence).items():
        if not written[back, version]:
            yield Violation(f"No mail was written for version {version} of return {back}.", number)


def _doubled_of_returns(evidence: Evidence) -> Iterator[Violation]:
    due, number_of = _due_of_returns(evidence), {row["return"]: row["number"] for row in evidence.shop["returns"]}
    for (back, version), times in Counter(_return_slots(evidence)).items():
        number = number_of.get(back, "")
        if (back, version) not in due:
            yield Violation(f"A mail tells of version {version} of return {back}, which needs none.", number)
        elif times > 1:
            yield Violation(f"{times} mails were written for version {version} of return {back}.", number)
    own, letters = {letter["event"] for letter in evidence.shop["mails"]}, _by_return(evidence)
    for refund in evidence.shop["refunds"]:
        if CAUSED_BY_RETURN.search(refund["key"]) and refund["key"] in own and _is_told(refund, letters):
            told = f"Two mails tell of the {refund['amount']} that go back by {refund['key']}."
            yield Violation(told, refund["number"])


def _due_of_returns(evidence: Evidence) -> dict[tuple[str, int], str]:
    """Returns and versions of which a letter is due, with the order: the request, and each new state by the store's word."""
    due, before = {}, {}
    known = {row["return"]: row for row in evidence.store["returns"]}
    for row in evidence.shop["returns"]:
        if row["why"] != "unasked":
            due[row["return"], 0] = row["number"]
    for event in evidence.store["return_events"]:
        is_new = before.get(event["return"]) != event["state"]
        before[event["return"]], row = event["state"], known.get(event["return"])
        is_silent = row is None or (row["why"] == "unasked" and event["state"] == "approved")
        if is_new and event["state"] in OF_A_RETURN and not is_silent:
            due[event["return"], event["version"]] = row["number"]
    return due


def _return_slots(evidence: Evidence) -> list[tuple[str, int]]:
    """Of which return and version the letters tell; the key of each is return:<number>:<version>."""
    found = [mail["event"].split(":") for mail in evidence.shop["mails"] if mail["event"].startswith("return:")]
    return [(back, int(version) if version.isdecimal() else -1) for _, back, version, *_ in found]


def _by_return(evidence: Evidence) -> dict[tuple[str, int], list[Row]]:
    """The letters about returns, by what the causes of refunds name of them."""
    found = defaultdict(list)
    mails = [mail for mail in evidence.shop["mails"] if mail["event"].startswith("return:")]
    for (back, version), mail in zip(_return_slots(evidence), mails, strict=True):
        found[back.replace("-", "")[:DIGITS_IN_CAUSE], version].append(mail)
    return found


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
