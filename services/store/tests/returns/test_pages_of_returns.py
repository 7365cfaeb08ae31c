"""The office decides on returns, and Dan takes copies back at the desk, by scanner and without JavaScript."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from store.returns.models import Return, ReturnedCopy
from store.stock.models import BookItem

DESK, LIST = reverse("admin:returns_return_receive"), reverse("admin:returns_return_changelist")


@pytest.fixture
def dan(staff):
    return staff("packer")


@pytest.fixture
def office(staff):
    return staff("office")


def page(found):
    return reverse("admin:returns_return_change", args=[found.pk])


def scan(client, code, **fields):
    return client.post(DESK, {"code": code, **fields})


def said(answer):
    return answer.context["told"].tone, answer.context["told"].words


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def looked(returned, **fields):
    return {"returned": returned.pk, "outcome": "restocked", "refund": "on", "note": "", "_look": "1"} | fields


def test_decided_received_and_put_back_on_the_shelf(office, dan, books, sent, asked):
    order = sent((books[0], 1))
    found = asked(order, (1, 1), words="Twice the same <book>.")
    told = text(office.get(page(found)))
    assert "Twice the same &lt;book&gt;." in told and "Approve: the customer gets the label" in told
    # A copy that comes before the office has decided is put aside.
    early = scan(dan, "B1-1")
    assert said(early)[0] == "refused" and "Put the copy aside until the office has decided." in text(early)
    assert office.post(page(found), {"_approve": "1"})["Location"] == page(found)
    answer = scan(dan, "b1-1")  # Caps Lock
    assert said(answer) == (
        "good", f"“Pride and Prejudice” came back for return {found.reference} of order {order.reference}."
    )  # fmt: skip
    assert order.reference in text(answer) and "What becomes of it: B1-1" in text(answer)
    again = scan(dan, "B1-1")
    assert said(again) == ("note", f"Copy B1-1 is here already, for return {found.reference}.")
    returned = ReturnedCopy.objects.get()
    assert said(dan.post(DESK, looked(returned, outcome=""))) == (
        "refused", "Choose whether it goes back on the shelf or is damaged."
    )  # fmt: skip
    done = dan.post(DESK, looked(returned))
    assert said(done) == ("good", "Copy B1-1 is back on the shelf: put it back on shelf A-0.")
    assert said(dan.post(DESK, looked(returned, outcome="damaged")))[0] == "refused"
    found.refresh_from_db()
    assert (found.state, BookItem.objects.get(barcode="B1-1").state) == ("closed", "available")
    history = text(dan.get(page(found)))
    assert "closed, dan@example.org" in history and "approved, office@example.org" in history


def test_whatever_is_scanned_gets_a_sentence(dan, books, sent, approved):
    found = approved(sent((books[0], 1)), (1, 1))
    assert said(scan(dan, ""))[1] == "Nothing was scanned."
    assert "scan the copy's label" in said(scan(dan, "9780141439518"))[1]
    assert said(scan(dan, "rubbish"))[1] == "“rubbish” is no copy of ours."
    assert said(scan(dan, "done"))[0] == "refused"
    assert said(scan(dan, "a\0b" * 200))[0] == "refused"
    story = said(scan(dan, "B2-1"))[1]
    assert story.startswith("Copy B2-1 of “Jane Eyre” has been on the shelf since") and "not with a customer" in story
    for label in (f"R{found.number.hex[:12].upper()}", found.reference, f"r{found.number.hex[:8]}"):
        assert scan(dan, label)["Location"] == page(found)


def test_a_copy_that_nobody_asked_for_gets_a_return_of_its_own(dan, books, sent):
    sent((books[0], 1))
    answer = scan(dan, "B1-1")
    assert said(answer)[0] == "refused" and "Make a return for it and take it in" in text(answer)
    assert said(scan(dan, "B1-1", make="1"))[0] == "good"
    assert Return.objects.get().why == "unasked"


def test_the_office_refuses_with_a_reason_only(office, books, sent, asked):
    found = asked(sent((books[0], 1)), (1, 1))
    assert "Say why: the customer reads it." in text(office.post(page(found), {"_refuse": "1", "reason": " "}))
    office.post(page(found), {"_refuse": "1", "reason": "It is <worn>."})
    assert "It is &lt;worn&gt;." in text(office.get(page(found)))
    assert "is refused; it cannot become approved." in text(office.post(page(found), {"_approve": "1"}, follow=True))


def test_who_may_do_what_with_returns(office, dan, staff, client, books, sent, asked, approved):
    """Each door with its refusal beside it."""
    order = sent((books[0], 3))
    found, expected = asked(order, (1, 1)), approved(order, (1, 1))
    for decision in ({"_approve": "1"}, {"_refuse": "1", "reason": "No."}):
        assert dan.post(page(found), decision).status_code == 403
    assert "Approve" not in text(dan.get(page(found)))
    assert dan.post(page(expected), {"_on_the_way": "1"}).status_code == 302
    lookers = Group.objects.create(name="Lookers")
    lookers.permissions.add(Permission.objects.get(codename="view_return"))
    looker = staff("packer", "lou@example.org")
    looker.get(page(found)).wsgi_request.user.groups.set([lookers])
    assert looker.get(page(found)).status_code == looker.get(LIST).status_code == 200
    assert '<form method="post"' not in looker.get(page(expected)).content.decode().split("content-main")[1]
    for act in ({"_on_the_way": "1"}, {"_instead": "1", "line": 1, "number": 1, "what": "missing"}, {"_look": "1"}, {}):
        assert looker.post(page(expected), act).status_code == 403, act
    assert looker.get(DESK).status_code == scan(looker, "B1-1").status_code == 403
    lookers.permissions.clear()
    assert looker.get(page(found)).status_code == looker.get(LIST).status_code == 403
    for door in (page(found), LIST, DESK):
        assert client.get(door).url.startswith("/admin/login/")
        assert client.post(door).status_code == 302


def test_what_is_noted_instead_of_copies(dan, books, sent, approved):
    found = approved(sent((books[0], 2)), (1, 2))
    told = {"_instead": "1", "line": 1, "expected": 2, "what": "not_ours"}
    assert "Ensure this value is less than or equal to 99" in text(dan.post(page(found), told | {"number": 100}))
    assert "2 more are expected" in text(dan.post(page(found), told | {"number": 3}, follow=True))
    dan.post(page(found), told | {"number": 2})
    found.refresh_from_db()
    assert (found.state, found.lines.get().not_ours) == ("closed", 2)


@pytest.mark.parametrize("path", ["9" * 30, "x", "0", "-1"])
def test_a_return_that_is_not_there(dan, path):
    assert dan.get(f"{LIST}{path}/change/").status_code in (302, 404)


def test_the_list_filters_finds_and_costs_the_same_for_any_number(office, books, sent, asked, approved):
    order = sent((books[0], 3))
    found = asked(order, (1, 1))
    for query in ("?state=open", "?state=asked", f"?q={found.reference}", f"?q={order.reference}", "?why=not_wanted"):
        assert found.reference in text(office.get(LIST + query)), query
    for query in ("?state=closed", "?q=R-0000-0000", "?why=damaged"):
        assert found.reference not in text(office.get(LIST + query)), query
    with CaptureQueriesContext(connection) as one:
        office.get(LIST)
    approved(order, (1, 2))
    with CaptureQueriesContext(connection) as several:
        office.get(LIST)
    assert len(several) == len(one)
