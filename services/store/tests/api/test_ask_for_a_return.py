"""The shop passes on what its customers send back: PUT /api/returns/<number>/, and the feed of returns."""

from uuid import uuid4

import pytest
from tests.conftest import all_is_told
from tests.returns.conftest import approved, asked, sent  # noqa: F401

from store.returns.models import Return


def body(of, *wanted, **changes):
    lines = [{"line": line, "quantity": quantity} for line, quantity in wanted]
    told = {"order": str(of.number), "why": "damaged", "words": "A torn page.", "asked_at": "2026-11-21T10:00:00Z"}
    return told | {"lines": lines} | changes


def put(client, told, number=None):
    return client.put(f"/api/returns/{number or uuid4()}/", told, format="json")


def slug(answer) -> str:
    return answer.json()["type"].removeprefix("/problems/")


def test_the_same_return_may_be_sent_again_and_another_content_is_refused(shop, books, sent):  # noqa: F811
    order, number = sent((books[0], 2)), uuid4()
    first, again = (put(shop, body(order, (1, 1)), number) for _ in range(2))
    assert (first.status_code, again.status_code, again["Idempotency-Replayed"]) == (201, 200, "true")
    assert first.json() == again.json() and first.json()["status"] == "asked"
    assert slug(put(shop, body(order, (1, 2)), number)) == "return-differs"
    assert Return.objects.count() == 1
    assert shop.get(f"/api/returns/{number}/").json() == first.json()


def test_more_than_was_sent_is_refused_with_a_sentence(shop, books, accept, sent):  # noqa: F811
    order = sent((books[0], 2))
    put(shop, body(order, (1, 1)))
    refused = put(shop, body(order, (1, 2), (7, 1)))
    assert (refused.status_code, slug(refused)) == (409, "too-many")
    assert refused.json()["detail"] == "Line 1: 2 to be sent back, 1 can be. Line 7: 1 to be sent back, 0 can be."
    assert slug(put(shop, body(accept((books[1], 1)), (1, 1)))) == "not-sent"


@pytest.mark.parametrize(
    "changes",
    [{"why": "unasked"}, {"why": ""}, {"lines": []}, {"order": "x"}, {"asked_at": "soon"}, {"words": "w" * 2_001}],
)
def test_nonsense_is_refused_and_nothing_kept(shop, books, sent, changes):  # noqa: F811
    answer = put(shop, body(sent((books[0], 1)), (1, 1), **changes))
    assert (answer.status_code, slug(answer)) == (422, "invalid") and not Return.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_each_scope_and_each_client_its_own(service, shop, staff, books, sent, asked):  # noqa: F811
    """L28, L31: foreign orders and returns are not there."""
    order = sent((books[0], 2))
    mine = asked(order, (1, 1))
    reader, pusher = service("feeds:read", name="reader"), service("orders:push", name="pusher")
    assert put(reader, body(order, (1, 1))).status_code == 403
    assert pusher.get("/api/returns/changes/").status_code == 403
    assert put(pusher, body(order, (1, 1))).status_code == reader.get(f"/api/returns/{mine.number}/").status_code == 404
    all_is_told()
    assert reader.get("/api/returns/changes/").json()["changes"] == []
    assert [row["return"] for row in shop.get("/api/returns/changes/").json()["changes"]] == [str(mine.number)]
    dan = staff("packer")
    assert dan.get(f"/api/returns/{mine.number}/").json()["status"] == "asked"
    assert dan.get("/api/returns/changes/").status_code == 403
