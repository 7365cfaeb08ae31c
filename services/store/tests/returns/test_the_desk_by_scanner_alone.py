"""Dan takes returns back with a scanner alone: copy, command, copy, command; and what did not come by a command, too."""

import re

import pytest
from django.urls import reverse
from tests.returns.test_pages_of_returns import DESK, page, said, text

from store.orders.models import Order
from store.orders.queries import books_with_wrong_level
from store.returns.models import Return, ReturnedCopy
from store.stock.models import BookItem, LedgerLine
from store.stock.queries import copies_that_differ_from_ledger

HIDDEN = re.compile(r'<input type="hidden" name="(looking|of|line|expected|unasked)" value="([\w-]+)">')
PRIDE, EYRE = "9780141439518", "9780141441146"


@pytest.fixture
def dan(staff):
    return staff("packer")


class Desk:
    """A browser without a script: each scan sends the form of the page before it."""

    def __init__(self, client, form=None):
        self.client, self.form = client, form or {}

    def scan(self, code, **form):
        self.answer = self.client.post(DESK, {**self.form, "code": code, **form})
        self.form = dict(HIDDEN.findall(self.answer.content.decode().split('id="scan"')[1]))
        return said(self.answer)


@pytest.fixture
def desk(dan):
    return Desk(dan)


def test_a_return_of_two_is_four_scans(desk, books, sent, approved):
    found = approved(sent((books[0], 2)), (1, 2))
    assert desk.scan("B1-1")[0] == "good" and "Or by scanner: “restock” or “damaged”." in text(desk.answer)
    assert desk.scan("CMDRESTOCK") == ("good", "Copy B1-1 is back on the shelf: put it back on shelf A-0.")
    assert (
        f'Still expected for return <a href="{page(found)}">{found.reference}</a>: 1 × “Pride and Prejudice”'
        in text(desk.answer)
    )
    assert desk.scan("B1-2")[0] == "good"
    assert desk.scan("damaged") == ("good", "Copy B1-2 is damaged: put it with the damaged ones.")
    found.refresh_from_db()
    assert found.state == "closed" and desk.form == {"of": str(found.pk)}
    looks = ReturnedCopy.objects.order_by("id").values_list("outcome", "refund", "inspector")
    assert list(looks) == [("restocked", True, "dan@example.org"), ("damaged", True, "dan@example.org")]
    states = BookItem.objects.filter(barcode__in=("B1-1", "B1-2")).order_by("barcode").values_list("state", flat=True)
    assert list(states) == ["available", "damaged"]
    assert books_with_wrong_level() == copies_that_differ_from_ledger() == []


def test_a_command_that_is_sent_twice_or_for_nothing_does_nothing(desk, books, sent, approved):
    approved(sent((books[0], 1)), (1, 1))
    nothing = ("refused", "Scan the label of a copy first: then say what becomes of it.")
    assert [desk.scan("restock"), desk.scan("CMDDAMAGED")] == [nothing] * 2
    desk.scan("B1-1")
    form = desk.form
    desk.scan("restock")
    lines = LedgerLine.objects.count()
    again = desk.scan("damaged", **form)
    assert again == ("refused", "dan@example.org has said of copy B1-1 already: back on the shelf.")
    assert desk.scan("restock", looking="9" * 18)[0] == "refused"
    assert desk.scan("restock", looking="x")[0] == "refused"
    assert (LedgerLine.objects.count(), BookItem.objects.get(barcode="B1-1").state) == (lines, "available")


def test_what_did_not_come_is_noted_by_a_command(desk, books, sent, approved):
    found = approved(sent((books[0], 3)), (1, 3))
    desk.scan("B1-1")
    assert desk.scan("CMDMISSING") == ("refused", "Say first what becomes of copy B1-1: scan “restock” or “damaged”.")
    assert "What becomes of it: B1-1" in text(desk.answer)
    desk.scan("restock")
    form = desk.form
    words = (
        f"Noted for return {found.reference}: a copy of “Pride and Prejudice” is missing. No money goes back for it."
    )
    assert desk.scan("missing") == ("good", words)
    assert "1 more are expected of this line by now" in desk.scan("missing", **form)[1], "a form sent twice counts once"
    assert "something that is not ours" in desk.scan("not ours")[1]
    line = found.lines.get()
    found.refresh_from_db()
    assert (found.state, line.missing, line.not_ours) == ("closed", 1, 1)
    assert desk.scan("missing") == ("refused", f"Nothing more is expected for return {found.reference}.")


def test_of_several_books_the_isbn_says_which(dan, desk, books, sent, approved):
    found = approved(sent((books[0], 2), (books[1], 1)), (1, 2), (2, 1))
    assert desk.scan("missing")[1] == "Scan the label of the return first, or a copy that came with it."
    shown = dan.get(page(found)).content.decode()
    assert f'action="{DESK}"' in shown and "an ISBN, then “missing” or “not ours”" in text(dan.get(page(found)))
    desk.form = dict(HIDDEN.findall(shown))
    assert desk.form["of"] == str(found.pk)
    refused = desk.scan("missing", line="")
    assert refused[0] == "refused" and "Scan the ISBN of the book that is meant first." in refused[1]
    assert desk.scan(PRIDE) == ("note", "“Pride and Prejudice”: scan “missing” or “not ours”, or its copy's label.")
    assert desk.scan("missing")[0] == "good"
    lines = found.lines.order_by("line__line")
    assert [line.missing for line in lines] == [1, 0]
    assert desk.scan("9780140449136")[0] == "refused", "a book that the return does not have"
    desk.scan(EYRE)
    desk.scan("not ours")
    assert [line.not_ours for line in lines.all()] == [0, 1]
    assert desk.scan("missing")[0] == "good", "one book is left, so nobody is asked which"
    assert Return.objects.get().state == "closed"


def test_what_nobody_asked_for_is_taken_in_by_a_command(desk, books, sent):
    order = sent((books[0], 2))
    assert desk.scan("take in")[1].startswith("Scan the label of a copy first.")
    assert desk.scan("B1-1")[0] == "refused" and "Scan “take in”, or:" in text(desk.answer)
    form = desk.form
    assert desk.scan("CMDTAKEIN")[0] == "good" and desk.form["looking"] and not Return.objects.exclude(why="unasked")
    assert desk.scan("CMDTAKEIN", **form) == ("note", f"Copy B1-1 is here already, for return {Return.objects.get()}.")
    assert desk.scan("restock")[0] == "good" and "unasked" not in desk.form
    assert (Return.objects.get().state, Return.objects.get().order) == ("closed", order)
    assert desk.scan("take in", unasked="B2-1")[0] == "refused", "it is not with a customer"
    assert books_with_wrong_level() == copies_that_differ_from_ledger() == []


def test_commands_of_the_bench_are_none_here_and_those_of_the_desk_none_there(dan, desk, books, accept):
    assert "is a command of the packing bench" in desk.scan("CMDSEAL")[1]
    order = accept((books[0], 1))
    for command in ("CMDRESTOCK", "not ours", "missing"):
        answer = dan.post(reverse("packing:bench", args=[order.pk]), {"code": command, "revision": order.revision})
        assert said(answer)[0] == "refused" and "is a command of the desk for returns." in said(answer)[1]
    assert Order.objects.get().state == "received"
    moving = dan.post(reverse("shelves:move"), {"code": "CMDRESTOCK"})
    assert "That is a command of the desk for returns." in text(moving)


def test_who_may_not_take_back_commands_nothing(staff, client, books, sent, approved):
    approved(sent((books[0], 1)), (1, 1))
    for other, status in ((staff("keeper"), 403), (client, 302)):
        assert other.post(DESK, {"code": "CMDMISSING", "of": Return.objects.get().pk}).status_code == status
    assert Return.objects.get().lines.get().missing == 0


def test_the_sheet_has_them_as_bars(dan):
    sheet = text(dan.get(reverse("packing:commands")))
    for command in ("CMDTAKEIN", "CMDRESTOCK", "CMDDAMAGED", "CMDMISSING", "CMDNOTOURS"):
        assert f"Code 128 of {command}" in sheet
