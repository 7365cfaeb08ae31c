"""A delivery note is written down, its books are scanned in one by one, and closing tells what did not come."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.conftest import NOW, isbn_number
from tests.printed import words_of

from store.catalogue.models import Book
from store.orders.codes import read
from store.orders.queries import books_with_wrong_level
from store.receiving import operations
from store.receiving.forms import MOST_OF_A_BOOK
from store.receiving.models import DeliveredCopy, Delivery
from store.stock.checking import differences
from store.stock.models import BookItem, LedgerLine, StockLevel

PRIDE, EYRE, CRIME = "9780141439518", "9780141441146", "9780140449136"
LIST, NEW = reverse("receiving:deliveries"), reverse("receiving:new")
WHO = {"actor": "olga@example.org", "now": NOW}
MOST_STATEMENTS = 30


@pytest.fixture
def keeper(staff):
    return staff("keeper")


@pytest.fixture
def delivery(books):
    """Two of the third book and one of the second."""
    wanted = {books[2].id: 2, books[1].id: 1}
    return operations.announce(supplier="Dawn & Sons", reference="D-1", books=wanted, **WHO)


def page_of(delivery):
    return reverse("receiving:delivery", args=[delivery.pk])


def scan(client, delivery, code, shelf="", **fields):
    revision = Delivery.objects.get(pk=delivery.pk).revision
    page = client.post(page_of(delivery), {"code": code, "shelf": shelf, "revision": revision, **fields})
    return page.context["told"].tone, page.context["told"].words


def on_shelf(book):
    return StockLevel.objects.get(book=book).on_shelf


def all_adds_up():
    return books_with_wrong_level() == list(differences(lambda number: None)) == []


def note(client, lines, supplier="Dawn & Sons", reference="D-7"):
    return client.post(NEW, {"supplier": supplier, "reference": reference, "lines": lines})


@pytest.mark.parametrize(
    "pasted",
    [
        f"{CRIME}, 2\n{EYRE}, 1\n{CRIME}, 1",
        f"isbn;copies;title\n{CRIME};3;Crime and Punishment\n\n0141441143;1;Eyre",
        f"ISBN\tcopies\n978-0-14-044913-6\t3\n{EYRE}",
        f'"{CRIME}","3"\r\n"{EYRE}"',
        f"{CRIME} 3\n{EYRE}; 1",
    ],
)
def test_a_note_is_typed_or_pasted_in_any_usual_form(keeper, books, pasted):
    answer = note(keeper, pasted)
    made = Delivery.objects.get()
    assert answer["Location"] == page_of(made) and made.made_by == "keeper@example.org"
    assert dict(made.lines.values_list("book__isbn13", "quantity")) == {CRIME: 3, EYRE: 1}
    copies = BookItem.objects.filter(delivered__line__delivery=made)
    assert [copy.state for copy in copies] == ["expected"] * 4
    assert on_shelf(books[2]) == 0 and all_adds_up()


def test_mistakes_in_a_note_are_named_by_line_and_what_was_typed_stays(keeper, books):
    unknown = isbn_number(7)
    for lines, said in (
        (f"{CRIME}, 2\nrubbish, 1", "line 2: “rubbish” is no ISBN"),
        (f"{CRIME}, two", "line 1: “two” is no number of copies from 1 to"),
        (f"{CRIME}, 0", "is no number of copies"),
        (f"{CRIME}, {MOST_OF_A_BOOK + 1}", "is no number of copies"),
        (f"{CRIME}, ²", "is no number of copies"),
        (f"{unknown}, 1", f"we have no book with the ISBN {unknown}: add it to the catalogue first"),
        ("isbn,copies\n", "Write at least one book"),
        ("\n".join(f"x{n}, 1" for n in range(30)), "and 20 more"),
    ):
        page = note(keeper, lines)
        assert page.status_code == 200 and said in page.content.decode(), page.content.decode()
        assert lines.split("\n")[0] in page.content.decode()
    assert not Delivery.objects.exists()


def test_the_same_note_is_written_down_once(keeper, delivery):
    page = note(keeper, f"{CRIME}, 1", reference="D-1").content.decode()
    assert "was written down on 21 November 2026 by olga@example.org" in page
    assert note(keeper, f"{CRIME}, 1", supplier="Other").status_code == 302


def test_each_scan_takes_one_copy_in_onto_the_shelf_that_was_scanned_before(keeper, books, delivery):
    """W14"""
    assert scan(keeper, delivery, "SHELF C-1") == (
        "note",
        "Shelf C-1 is new: no copy stands there, nor ever did. What you scan from now on stands on shelf C-1.",
    )
    assert scan(keeper, delivery, "SHELF a-1") == ("good", "What you scan from now on stands on shelf A-1.")
    assert scan(keeper, delivery, "SHELF ä 7")[0] == scan(keeper, delivery, CRIME, "ä 7")[0] == "refused"
    tone, words = scan(keeper, delivery, "978-0-14-044913-6", "C-1")
    copy = BookItem.objects.get(delivered__arrived_at__isnull=False)
    assert (tone, words) == ("good", f"Copy {copy.barcode} of “Crime and Punishment” is in, on shelf C-1.")
    assert (copy.state, copy.shelf, on_shelf(books[2])) == ("available", "C-1", 1)
    lines = LedgerLine.objects.filter(copy=copy).order_by("id").values_list("from_state", "to_state", "reason", "note")
    assert list(lines) == [
        ("", "expected", "announced", "delivery D-1 of Dawn & Sons"),
        ("expected", "available", "received", "delivery D-1 of Dawn & Sons"),
    ]
    other = BookItem.objects.get(delivered__line__delivery=delivery, book=books[2], state="expected")
    assert scan(keeper, delivery, other.barcode)[1].endswith("is in, without a shelf.")  # its label was there before it
    assert "has been on the shelf since" in scan(keeper, delivery, other.barcode)[1]
    page = keeper.get(page_of(delivery)).content.decode()
    assert "2 of 3 in." in page and "Close it: 1 did not come" in page and all_adds_up()


def test_what_is_not_on_the_note_is_asked_about_and_what_we_do_not_know_refused(keeper, books, delivery):
    scan(keeper, delivery, EYRE)
    lines = LedgerLine.objects.count()
    for code, tone, said in (
        (EYRE, "note", "“Jane Eyre”: 1 by this delivery note, which is in already."),
        (PRIDE, "note", "“Pride and Prejudice” is not on this delivery note."),
        (isbn_number(7), "refused", "Add it to the catalogue first, then scan it again."),
        ("rubbish", "refused", "is not a code we know"),
        ("\x00", "refused", "Nothing was scanned."),
        ("CMDDONE", "refused", "a command of the packing bench"),
        ("B1-1", "refused", "Copy B1-1 of “Pride and Prejudice” has been on the shelf since"),
    ):
        told = scan(keeper, delivery, code)
        assert told[0] == tone and said in told[1]
    assert LedgerLine.objects.count() == lines
    for code in (EYRE, PRIDE, PRIDE):
        assert scan(keeper, delivery, code, anyway="1")[0] == "good"
    assert (on_shelf(books[0]), on_shelf(books[1])) == (5, 3)
    page = " ".join(keeper.get(page_of(delivery)).content.decode().split())
    assert "1 more" in page and "2 more" in page and all_adds_up()


def test_a_form_that_is_sent_twice_takes_one_copy_in(keeper, books, delivery):
    scan(keeper, delivery, CRIME)
    assert scan(keeper, delivery, CRIME, revision=0) == ("refused", operations.CHANGED)
    assert scan(keeper, delivery, PRIDE, revision="x", anyway="1") == ("refused", operations.CHANGED)
    assert on_shelf(books[2]) == 1


def test_closing_tells_what_did_not_come_and_nothing_comes_after_it(keeper, books, delivery):
    scan(keeper, delivery, CRIME)
    page = keeper.post(page_of(delivery), {"close": "1"}, follow=True).content.decode()
    assert "The delivery is closed. 2 did not come and are no longer expected." in page
    assert "1 of 3 came" in page and "1 missing" in page and 'name="code"' not in page
    gone = LedgerLine.objects.filter(reason="not_sent")
    assert {(line.from_state, line.to_state) for line in gone} == {("expected", "written_off")}
    assert "was closed by keeper@example.org" in scan(keeper, delivery, CRIME)[1]
    assert keeper.post(page_of(delivery), {"close": "1"}).context["told"].tone == "refused"
    assert on_shelf(books[2]) == 1 and all_adds_up()


def test_labels_of_what_came_are_one_press(keeper, delivery):
    assert "Print labels" not in keeper.get(page_of(delivery)).content.decode()
    for code in (CRIME, EYRE):
        scan(keeper, delivery, code, "C-1")
    page = keeper.get(page_of(delivery))
    assert "Print labels of what came" in page.content.decode()
    (barcodes,) = page.context["labels"]
    form = {"what": "\n".join(barcodes), "paper": "roll", "start": "1"}
    printed = keeper.post(reverse("labels:copies"), form)
    assert ["Crime and Punishment" in words_of(printed.content)[0], len(words_of(printed.content))] == [True, 2]
    assert barcodes[1] in keeper.post(reverse("labels:copies"), form | {"look": "1"}).content.decode()


def test_deliveries_are_listed_those_that_are_open_first(keeper, books, delivery):
    operations.announce(supplier="Other", reference="O-1", books={books[0].id: 5}, **WHO)
    operations.close(delivery_id=delivery.pk, **WHO)
    listed = list(keeper.get(LIST).context["page"])
    assert [(one.reference, one.came, one.noted) for one in listed] == [("O-1", 0, 5), ("D-1", 0, 3)]


def test_dispatchers_receive_nothing(staff, client, django_user_model, delivery):
    """W5"""
    pages = [LIST, NEW, page_of(delivery)]
    for role, status in (("owner", 200), ("office", 200), ("keeper", 200), ("packer", 403)):
        assert [staff(role).get(page).status_code for page in pages] == [status] * 3
    dan = staff("packer")
    assert [dan.post(page, {"code": CRIME, "revision": 0}).status_code for page in pages[1:]] == [403, 403]
    assert "Receiving" not in dan.get(reverse("shelves:stock")).content.decode()
    assert not DeliveredCopy.objects.filter(arrived_at__isnull=False).exists()
    assert staff("keeper").get(reverse("receiving:delivery", args=[10**18])).status_code == 404


def test_pages_and_scans_cost_the_same_for_many_lines(keeper, books, delivery):
    def statements(ask):
        with CaptureQueriesContext(connection) as queries:
            assert ask().status_code == 200
        return len(queries)

    def costs(delivery):
        revision = Delivery.objects.get(pk=delivery.pk).revision
        form = {"code": CRIME, "revision": revision, "shelf": "C"}
        asked = [lambda: keeper.get(LIST), lambda: keeper.get(page_of(delivery))]
        return [statements(ask) for ask in (*asked, lambda: keeper.post(page_of(delivery), form))]

    scan(keeper, delivery, EYRE)
    few = costs(delivery)
    made = Book.objects.bulk_create(Book(isbn13=isbn_number(n), title=f"Book {n}", price=1) for n in range(20))
    large = operations.announce(
        supplier="Large", reference="L", books={book.id: 9 for book in (*made, books[2])}, **WHO
    )
    scan(keeper, large, CRIME)
    assert costs(large) == few and max(few) <= MOST_STATEMENTS


@pytest.mark.django_db(transaction=True)
def test_two_who_scan_the_last_expected_copy_take_it_in_once(books, together):
    wanted = {books[2].id: 1}
    delivery = operations.announce(supplier="Dawn & Sons", reference="D-1", books=wanted, **WHO)

    def take_in():
        return operations.scan_in(delivery_id=delivery.pk, code=read(CRIME), shelf="C", revision=0, anyway=False, **WHO)

    results = together(take_in, take_in)
    assert [type(result) for result in results if not isinstance(result, str)] == [operations.Refused]
    assert on_shelf(books[2]) == 1 and all_adds_up()
