"""A shelf is scanned, then all copies on it; what is missing, found or of another shelf is posted to the ledger."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.conftest import NOW

from store.counting import operations, tasks
from store.counting.models import CountedCopy, ShelfCount
from store.orders.codes import read
from store.orders.packing import choose_copies
from store.orders.queries import books_with_wrong_level
from store.shelves.finding import Refused
from store.stock.checking import differences
from store.stock.models import BookItem, CopyState, CountTask, LedgerLine, Origin, StockLevel
from store.stock.operations import Delivery, note_count, receive_copies

COUNTS = reverse("counting:counts")
WHO = {"actor": "olga@example.org", "now": NOW}
MOST_STATEMENTS = 12


@pytest.fixture
def keeper(staff):
    return staff("keeper")


@pytest.fixture
def shelf(books):
    """Shelf S-1 with P1, P2 and P3 of the third book; another shelf has P4."""
    with transaction.atomic():
        for barcode, shelf in (("P1", "S-1"), ("P2", "S-1"), ("P3", "S-1"), ("P4", "S-2")):
            receive_copies([Delivery(books[2].id, shelf=shelf, barcode=barcode)], origin=Origin.HAND, **WHO)
    return books[2]


def begun(client, shelf="SHELF S-1", **fields):
    answer = client.post(COUNTS, {"shelf": shelf, **fields})
    return answer["Location"]


def scan(client, page, code):
    told = client.post(page, {"code": code}).context["told"]
    return told.tone, told.words


def words(client, page):
    return " ".join(client.get(page).content.decode().split())


def state_of(barcode):
    copy = BookItem.objects.get(barcode=barcode)
    return copy.state, copy.shelf


def all_adds_up():
    return books_with_wrong_level() == list(differences(lambda number: None)) == []


def test_missing_found_and_moved_copies_are_posted_in_one_go(keeper, shelf):
    """W14"""
    note_count([BookItem.objects.get(barcode="P2").id], CopyState.MISSING, **WHO)
    page = begun(keeper)
    assert "0 counted, 2 of 2 not found yet" in words(keeper, page)
    assert scan(keeper, page, "P1") == ("good", "Copy P1 of “Crime and Punishment” is counted.")
    assert scan(keeper, page, "P2")[1].endswith("is counted. It was missing.")
    assert scan(keeper, page, "p4")[1].endswith("is counted. It should be on shelf S-2.")
    assert scan(keeper, page, "P1") == ("note", "Copy P1 of “Crime and Punishment” is counted already.")
    assert "3 counted, 1 of 2 not found yet" in words(keeper, page) and "Post it: 1 is missing" in words(keeper, page)
    lines = LedgerLine.objects.count()
    done = keeper.post(page, {"post": "1"}, follow=True)
    assert "The count is posted" in done.content.decode()
    assert [state_of(f"P{n}") for n in (1, 2, 3, 4)] == [
        ("available", "S-1"), ("available", "S-1"), ("missing", "S-1"), ("available", "S-1"),
    ]  # fmt: skip
    assert LedgerLine.objects.count() == lines + 3
    assert LedgerLine.objects.filter(note="count of shelf S-1", actor="keeper@example.org").count() == 3
    assert dict(CountedCopy.objects.values_list("copy__barcode", "outcome")) == {
        "P1": "here", "P2": "found", "P3": "missing", "P4": "moved",
    }  # fmt: skip
    assert StockLevel.objects.get(book=shelf).on_shelf == 3 and all_adds_up()
    assert "was posted by keeper@example.org" in scan(keeper, page, "P1")[1]
    assert keeper.post(page, {"post": "1"}).context["told"].tone == "refused"


def test_a_promised_copy_that_is_not_found_stays_and_the_count_says_so(keeper, shelf, accept):
    accept((shelf, 3))  # of four
    page = begun(keeper)
    scan(keeper, page, "P1")
    assert "A copy that is promised to an order" in words(keeper, page)
    done = " ".join(keeper.post(page, {"post": "1"}, follow=True).content.decode().split())
    assert [state_of(f"P{n}")[0] for n in (1, 2, 3)] == ["available", "missing", "available"]
    assert "Not found. Open orders and checkouts wait for it: note it on the order&#x27;s page" in done
    assert f'href="{reverse("shelves:book", args=[shelf.id])}"' in done
    level = StockLevel.objects.get(book=shelf)
    assert (level.on_shelf, level.reserved, level.free) == (3, 3, 0) and all_adds_up()


def test_a_blind_count_shows_what_should_be_there_only_at_the_end(keeper, shelf):
    page = begun(keeper, "S-1", blind="on")
    assert scan(keeper, page, "P4")[1] == "Copy P4 of “Crime and Punishment” is counted."
    for hidden in ("P1", "S-2", "not found yet"):
        assert hidden not in words(keeper, page)
    assert keeper.post(page, {"post": "1"}).context["told"].words.startswith("Look at what should be there first")
    keeper.post(page, {"show": "1"})
    shown = words(keeper, page)
    assert "1 counted, 3 of 3 not found yet" in shown and "P1" in shown and "Of another shelf" in shown
    assert scan(keeper, page, "P1")[0] == "good"  # one goes and looks again
    keeper.post(page, {"post": "1"})
    assert [state_of(f"P{n}")[0] for n in (1, 2, 3)] == ["available", "missing", "missing"]


def test_what_changes_while_one_counts_is_left_alone(keeper, shelf, books, accept):
    page = begun(keeper)
    order = accept((shelf, 1))
    choose_copies(order_id=order.id, barcodes=["P1"], actor="dan@example.org", now=timezone.now())
    with transaction.atomic():
        new = {"origin": Origin.HAND, "actor": "x", "now": timezone.now()}
        receive_copies([Delivery(shelf.id, shelf="S-1", barcode="P5")], **new)
    assert "is in the box for order" in scan(keeper, page, "P1")[1]
    for barcode in ("P2", "P3"):
        scan(keeper, page, barcode)
    keeper.post(page, {"post": "1"})
    assert [state_of(barcode)[0] for barcode in ("P1", "P5")] == ["allocated", "available"] and all_adds_up()
    assert CountedCopy.objects.get(copy__barcode="P1").outcome == "left"


def test_wrong_scans_are_refused_a_wrong_copy_is_taken_out_and_a_count_can_be_dropped(keeper, shelf):
    page = begun(keeper)
    for code, said in (
        ("rubbish", "is not a code we know"),
        ("9780140449136", "which all its copies share"),
        ("SHELF S-2", "begin another count"),
        ("done", "a command of the packing bench"),
        ("\x00", "Nothing was scanned"),
    ):
        tone, told = scan(keeper, page, code)
        assert tone == "refused" and said in told
    scan(keeper, page, "P4")
    keeper.post(page, {"take_out": BookItem.objects.get(barcode="P4").pk})
    assert not CountedCopy.objects.exists()
    for rubbish in ("x", "9" * 30, "²"):
        assert keeper.post(page, {"take_out": rubbish}).status_code == 200
    keeper.post(page, {"drop": "1"})
    assert ShelfCount.objects.get().state == "dropped" and state_of("P1") == ("available", "S-1")
    assert "was dropped by" in scan(keeper, page, "P1")[1]
    assert "digits and dashes, 30 at most" in keeper.post(COUNTS, {"shelf": "x" * 31}).content.decode()


def test_a_shelf_has_one_open_count_that_whoever_comes_goes_on_with(staff, keeper, shelf):
    page = begun(keeper)
    assert begun(staff("owner"), "S-1") == page
    assert f'href="{page}"' in words(keeper, COUNTS)
    keeper.post(page, {"drop": "1"})
    assert begun(keeper) != page


def test_a_shelf_is_counted_whatever_case_it_is_typed_in_and_a_new_one_is_said_to_be_new(keeper, shelf):
    CountTask.ask(BookItem(shelf="s-1", book=shelf), why="as it was written before", now=NOW)
    page = begun(keeper, "s-1")
    assert ShelfCount.objects.get().shelf == "S-1"
    assert begun(keeper, "S-1") == page
    for code in ("P1", "P2", "P3"):
        scan(keeper, page, code)
    keeper.post(page, {"post": 1})
    assert not CountTask.objects.filter(done_at=None).exists()
    new = keeper.post(COUNTS, {"shelf": "P-99"}, follow=True).content.decode()
    assert "Shelf P-99 is new: no copy stands there" in new
    assert begun(keeper, "p-99") == begun(keeper, "P-99")
    assert "cannot be the name of a shelf" in keeper.post(COUNTS, {"shelf": "ä 7"}).content.decode()
    assert ShelfCount.objects.count() == 2


def test_dispatchers_count_nothing(staff, shelf, client):
    """W5"""
    page = begun(staff("keeper"))
    for role, status in (("owner", 200), ("office", 200), ("keeper", 200), ("packer", 403)):
        assert [staff(role).get(url).status_code for url in (COUNTS, page)] == [status] * 2
    dan = staff("packer")
    assert [dan.post(COUNTS, {"shelf": "S-2"}).status_code, dan.post(page, {"post": "1"}).status_code] == [403, 403]
    assert state_of("P1")[0] == "available" and not CountedCopy.objects.exists()
    far = reverse("counting:count", args=[10**18])
    assert [staff("owner").get(far).status_code, staff("owner").post(far, {"code": "P1"}).status_code] == [404, 404]


def test_a_count_costs_the_same_statements_for_many_copies(keeper, shelf):
    page = begun(keeper)

    def statements(ask):
        with CaptureQueriesContext(connection) as queries:
            assert ask().status_code == 200
        return len(queries)

    scan(keeper, page, "P4")
    few = [statements(lambda: keeper.get(page)), statements(lambda: keeper.post(page, {"code": "P1"}))]
    with transaction.atomic():
        receive_copies([Delivery(shelf.id, 60, "S-1")], origin=Origin.HAND, **WHO)
    for barcode in BookItem.objects.filter(shelf="S-1").values_list("barcode", flat=True)[10:20]:
        scan(keeper, page, barcode)
    assert [statements(lambda: keeper.get(page)), statements(lambda: keeper.post(page, {"code": "P2"}))] == few
    assert few[0] <= MOST_STATEMENTS


def test_shelves_that_are_to_be_counted_are_listed_until_they_are(keeper, shelf):
    for name in ("S-1", ""):
        CountTask.objects.create(shelf=name, book=shelf, why="P1 was not found", asked_at=NOW)
    assert "Counts: 2 to do" in words(keeper, reverse("shelves:stock"))
    listed = words(keeper, COUNTS)
    assert "Count shelf S-1" in listed and "No shelf is known" in listed and "P1 was not found" in listed
    keeper.post(begun(keeper), {"post": "1"})
    assert [task.shelf for task in tasks.open_tasks()] == [""]


@pytest.mark.django_db(transaction=True)
def test_a_count_is_posted_once_and_an_order_that_comes_at_the_same_moment_keeps_its_copies(shelf, accept, together):
    count = operations.start(shelf="S-1", blind=False, actor="olga@example.org", now=timezone.now())
    operations.scan(count_id=count.pk, code=read("P1"))
    results = together(
        lambda: operations.post(count_id=count.pk, **WHO),
        lambda: operations.post(count_id=count.pk, **WHO),
        lambda: accept((shelf, 3)),
    )
    assert [type(result) for result in results[:2]].count(Refused) == 1
    level = StockLevel.objects.get(book=shelf)
    assert (level.on_shelf, level.free) in ((3, 0), (2, 2)) and all_adds_up()


def test_a_task_without_a_shelf_is_settled_by_a_note(keeper, staff, books):
    lost = BookItem.objects.get(barcode="B1-1")
    lost.shelf = ""
    CountTask.ask(lost, why="Copy B1-1 was looked for in vain.", now=NOW)
    CountTask.ask(BookItem.objects.get(barcode="B1-2"), why="Of shelf A-1", now=NOW)
    task, of_shelf = CountTask.objects.order_by("shelf")
    assert "No shelf is known" in words(keeper, COUNTS) and "Settle it" in words(keeper, COUNTS)
    assert "Settle it" not in words(staff("packer"), COUNTS)
    assert staff("packer").post(COUNTS, {"task": task.pk, "note": "Found"}).status_code == 403
    for wrong in ({"task": task.pk, "note": " "}, {"task": "x", "note": "Found"}, {"task": 10**30, "note": "Found"}):
        assert "Nothing was noted." in keeper.post(COUNTS, wrong, follow=True).content.decode()
    assert "settled before" in keeper.post(COUNTS, {"task": of_shelf.pk, "note": "No"}, follow=True).content.decode()
    assert CountTask.objects.filter(done_at=None).count() == 2
    said = keeper.post(COUNTS, {"task": task.pk, "note": "It lay under the table"}, follow=True).content.decode()
    task.refresh_from_db()
    assert "no longer to be counted" in said and task.done_at
    assert (task.done_note, task.done_by) == ("It lay under the table", "keeper@example.org")
    assert CountTask.objects.get(done_at=None) == of_shelf
