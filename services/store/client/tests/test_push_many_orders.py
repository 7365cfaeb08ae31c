"""Many orders in one request: each outcome is read as strictly as an answer of its own."""

from uuid import uuid4

import pytest

from store_client import OrderAnswer, StoreRefused, StoreUnavailable, batches, read

FIRST, SECOND = str(uuid4()), str(uuid4())


def taken(number: str, **changes) -> dict:
    body = {"order": number, "status": "received", "version": 0, "events": []}
    return {"order": number, "status": 201, "body": body} | changes


def problem(slug: str, status: int) -> dict:
    return {"status": status, "body": {"type": f"/problems/{slug}", "title": slug, "detail": ""}}


def outcomes(*entries: dict) -> dict:
    return batches.outcomes({"answers": list(entries)}, [FIRST, SECOND])


def test_each_order_has_its_own_outcome():
    found = outcomes(taken(SECOND), taken(FIRST, **problem("out-of-stock", 409)))
    assert isinstance(found[SECOND], OrderAnswer)
    assert isinstance(found[FIRST], StoreRefused) and found[FIRST].problem.slug == "out-of-stock"


@pytest.mark.parametrize(
    "bad",
    [
        problem("in-progress", 409),
        problem("fault", 500),
        problem("unauthenticated", 401),
        {"status": 409, "body": None},
        {"status": "201"},
        {"body": {}},
        {"body": taken(SECOND)["body"]},
        {"status": 200, "body": "fine"},
    ],
)
def test_what_cannot_be_acted_on_leaves_its_own_order_to_be_asked_again(bad):
    found = outcomes(taken(FIRST, **bad), taken(SECOND))
    assert isinstance(found[FIRST], StoreUnavailable) and isinstance(found[SECOND], OrderAnswer)


@pytest.mark.parametrize(
    "entries", [[], [taken(FIRST)], [taken(FIRST), taken(FIRST)], [taken(FIRST), taken(str(uuid4()))], [{}, {}]]
)
def test_answers_about_other_orders_than_were_sent_are_no_answer(entries):
    with pytest.raises(read.NotAsAgreed):
        outcomes(*entries)
