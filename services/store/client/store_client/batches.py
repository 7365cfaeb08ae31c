"""The answer to many orders at once: what became of each, as strictly read as an answer of its own."""

from collections.abc import Sequence
from typing import Any

from store_client import answers, read
from store_client.errors import FeedRestarted, StoreRefused, StoreUnavailable
from store_client.messages import OrderAnswer

Outcome = OrderAnswer | StoreRefused | StoreUnavailable


def outcomes(body: Any, numbers: Sequence[str]) -> dict[str, Outcome]:
    """This function will sort the answers by order; one that is not as agreed leaves its own order unanswered only.

    :raises read.NotAsAgreed: if the orders answered are not those that were asked about.
    """
    entries = [read.obj(entry) for entry in read.items(read.obj(body), "answers")]
    found = {str(read.uuid(entry, "order")): entry for entry in entries}
    if len(entries) != len(numbers) or found.keys() != set(numbers):
        raise read.NotAsAgreed("answers: exactly one for each order that was sent was expected")
    return {number: _outcome(number, found[number]) for number in numbers}


def _outcome(number: str, entry: dict) -> Outcome:
    try:
        status = read.integer(entry, "status", high=999)
        if status not in (200, 201):
            error = answers.meaning_of(status, entry.get("body"))
            return StoreUnavailable(str(error)) if isinstance(error, FeedRestarted) else error
        answer = OrderAnswer.parse(read.obj(entry.get("body")))
        if str(answer.order) != number:
            raise read.NotAsAgreed(f"order: {answer.order} was answered instead of {number}")
        return answer
    except read.NotAsAgreed as error:
        return StoreUnavailable(f"The store's answer is not as agreed: {error}")
