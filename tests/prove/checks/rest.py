"""Rest: nothing is under way any more, and nobody was stopped from doing their work."""

from collections.abc import Iterator

from prove.checks.evidence import Evidence
from prove.checks.mails import NOT_WANTED
from prove.checks.violation import Violation


def unsent(evidence: Evidence) -> Iterator[Violation]:
    for message in evidence.shop["outbox"]:
        if message["state"] != "sent":
            told = f"The message about order {message['number']} is {message['state']}: {message['last_error']}"
            yield Violation(told, message["number"])
    for mail in evidence.shop["mails"]:
        if mail["state"] not in ("sent", NOT_WANTED):
            yield Violation(f"The mail {mail['event']} is {mail['state']}.", mail["key"])
    for row in evidence.shop["aside"]:
        yield Violation(f"{row['feed']} {row['key']} was set aside: {row['reason']}", row["key"].split(" ")[0])
    for feed in evidence.shop["feeds"]:
        if why := feed["stopped_because"] or feed["last_error"]:
            yield Violation(f"The feed {feed['name']} stands still: {why}")


def deadlocks(evidence: Evidence) -> Iterator[Violation]:
    for database, times in evidence.deadlocks.items():
        if times:
            yield Violation(f"{database} had to end {times} transactions that blocked each other for ever.")


def errors(evidence: Evidence) -> Iterator[Violation]:
    yield from (Violation(error) for error in evidence.errors)
