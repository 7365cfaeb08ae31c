"""The worker's part: an import is checked, approved and brought in by steps that may die anywhere."""

import io
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from threading import Event

import pytest
from django.urls import reverse
from tests.conftest import NOW, isbn_number

from store.catalogue.models import Book, BookChange, Category
from store.importing import applying, files, operations, queries, work
from store.importing.models import ImportRun, RunState, StagedBook
from store.orders.queries import books_with_wrong_level
from store.stock.models import BookItem, LedgerLine
from store.works.turn import Turn, the_turn

pytestmark = pytest.mark.django_db

ONIX = Path(__file__).parent / "onix"
LONG, NO_TIME = timedelta(minutes=5), timedelta()
CSV = "isbn13,title,authors,first_published,language,price,currency,copies"


def clock():
    return NOW


def lines(numbers, *, price="5.00", copies=1):
    rows = (f"{isbn_number(n)},Book {n},An Author,2000,en,{price},EUR,{copies}" for n in numbers)
    return "\n".join([CSV, *rows, ""]).encode()


def onix(name):
    return (ONIX / name).read_bytes()


def take_in(raw, **options):
    return operations.take_in(io.BytesIO(raw), name="books", actor="olga@example.org", now=NOW, ours=True, **options)


def work_through():
    while work.work_on(clock, run_for=LONG).unfinished:
        pass


def brought_in(raw, **options):
    run = take_in(raw, **options)
    work_through()
    run.refresh_from_db()
    assert run.state == RunState.CHECKED, run.reason
    operations.approve(run, actor="olga@example.org")
    work_through()
    run.refresh_from_db()
    return run


def counts(run):
    return {name: getattr(run, name) for name in ("records", "bad", "new", "changed", "retired", "unchanged")}


def test_onix_becomes_books_and_the_same_file_again_changes_nothing():
    run = brought_in(onix("anglo-3.0-reference.xml"))
    assert counts(run) == {"records": 3, "bad": 1, "new": 2, "changed": 0, "retired": 0, "unchanged": 0}
    assert (run.state, run.done, run.done_new) == (RunState.DONE, 2, 2)
    book = Book.objects.get(isbn13="9781948372602")
    assert (book.title, book.series, str(book.price)) == ("The Salt & the Lamp", "The Lightkeepers", "13.50")
    assert [category.name for category in book.categories.all()] == ["Literary"]
    fault = run.faults.get()
    assert (fault.record, fault.reference) == (3, "com.harbourlane.ebook")
    before = list(BookChange.objects.order_by("book_id").values_list("book_id", "version"))
    again = brought_in(onix("anglo-3.0-reference.xml"))
    assert counts(again) == {"records": 3, "bad": 1, "new": 0, "changed": 0, "retired": 0, "unchanged": 2}
    assert list(BookChange.objects.order_by("book_id").values_list("book_id", "version")) == before


def test_who_else_made_a_book_its_publisher_and_its_pages_are_kept_and_shown(staff):
    brought_in(onix("anglo-3.0-reference.xml"))
    book = Book.objects.get(isbn13="9781948372602")
    assert (book.authors, book.publisher, book.imprint_of, book.pages) == (
        ["Miriam Hale"],
        "Harbour Lane",
        "Harbour Lane Books Ltd",
        312,
    )
    page = staff("office").get(reverse("admin:catalogue_book_change", args=[book.pk])).content.decode()
    assert "Illustrated by Ada Okafor; translated by Jon Tolk" in page and 'name="pages" value="312"' in page
    Book.objects.filter(pk=book.pk).update(contributors=[], pages=None)
    run = take_in(onix("anglo-3.0-reference.xml"))
    work_through()
    (changed,) = queries.changes_of(run)
    assert changed.changes == [
        ("contributors", "", "Illustrated by Ada Okafor; translated by Jon Tolk"),
        ("pages", "", "312"),
    ]


def test_the_ledger_says_who_brought_copies_in_and_by_which_file():
    run = take_in(lines([1]))
    work_through()
    operations.approve(run, actor="office@example.org")
    work_through()
    line = LedgerLine.objects.get()
    assert (line.actor, line.note) == ("office@example.org", f"import {run.pk}: books")


def test_shelves_of_a_file_are_written_as_the_warehouse_writes_them():
    header = f"{CSV},shelf"
    rows = [
        f"{isbn_number(n)},B,A,2000,en,5.00,EUR,1,{shelf}" for n, shelf in enumerate(["P-14-1", "p-14-1", "ä 7", ""])
    ]
    run = brought_in("\n".join([header, *rows]).encode())
    assert "“ä 7” cannot be the name of a shelf" in run.faults.get().reason
    brought_in(f"{header}\n{isbn_number(9)},B,A,2000,en,5.00,EUR,1,p-14-1".encode())
    assert list(BookItem.objects.order_by("book__isbn13").values_list("shelf", flat=True)) == [
        "P-14-1",
        "P-14-1",
        "",
        "P-14-1",
    ]


def test_updates_change_only_what_they_say_and_deletions_retire():
    """L11"""
    for isbn in ("9780415739207", "9780415739214", "9782801234518"):
        Book.objects.create(isbn13=isbn, title="Old", authors=["A. Author"], description="Kept.", price=Decimal(1))
    run = brought_in(onix("university-3.1-updates.xml"))
    assert counts(run) == {"records": 5, "bad": 2, "new": 0, "changed": 1, "retired": 2, "unchanged": 0}
    book = Book.objects.get(isbn13="9780415739207")
    assert (book.title, book.authors, book.description, str(book.price)) == ("Old", ["A. Author"], "Kept.", "45.00")
    assert set(Book.objects.filter(retired=True).values_list("isbn13", flat=True)) == {"9780415739214", "9782801234518"}
    assert [fault.reason for fault in run.faults.order_by("record")] == [
        "There is no book 9781948372633 yet, and for a new one a title and a price are missing.",
        "It is a test record, as it says itself.",
    ]


def test_the_check_shows_the_changes_field_by_field_and_keeps_the_catalogue_as_it_is():
    brought_in(lines([1, 2]))
    fiction = f"isbn13,title,price,currency,authors,first_published,language,copies,categories\n{isbn_number(1)}"
    run = take_in(f"{fiction},Other,6.00,EUR,An Author,2000,en,1,Fiction > New".encode())
    work_through()
    run.refresh_from_db()
    (book,) = queries.changes_of(run)
    assert [tuple(change) for change in book.changes] == [
        ("title", "Book 1", "Other"),
        ("price", "5.00", "6.00"),
        ("categories", "", "Fiction > New (added)"),
    ]
    assert Book.objects.get(isbn13=isbn_number(1)).title == "Book 1" and not Category.objects.exists()
    operations.approve(run, actor="olga@example.org")
    work_through()
    run.refresh_from_db()
    assert run.done_changed == 1
    assert str(Category.objects.get(name="New").parent) == "Fiction"
    again = take_in(f"{fiction},Other,6.00,EUR,An Author,2000,en,1,Fiction > New".encode())
    work_through()
    again.refresh_from_db()
    assert (again.changed, again.unchanged) == (0, 1)


def test_one_book_twice_in_a_file_by_any_of_its_numbers_counts_once():
    body = b"9780140275360,A,,,,1.00,EUR,0\n0140275363,B,,,,2.00,EUR,0\n978-0-14-027536-0,C,,,,2.00,EUR,0"
    run = brought_in(CSV.encode() + b"\n" + body)
    assert [(fault.record, fault.reason) for fault in run.faults.order_by("record")] == [
        (3, "ISBN 9780140275360 stands in line 2 already."),
        (4, "ISBN 9780140275360 stands in line 2 already."),
    ]
    assert Book.objects.get().title == "A"


def test_a_file_that_ends_in_the_middle_brings_nothing_in_and_says_how_far_it_was_read(monkeypatch):
    monkeypatch.setattr(work, "READ_BATCH", 1)
    run = take_in(onix("anglo-3.0-reference.xml").rpartition(b"<ProductSupply>")[0])
    work_through()
    run.refresh_from_db()
    assert run.state == RunState.REFUSED
    assert "ends in the middle" in run.reason and "nothing of them is brought in" in run.reason
    assert not Book.objects.exists() and not StagedBook.objects.exists()
    assert list(files.folder().iterdir()) == []


@pytest.mark.parametrize("raw", [lines(range(25)), onix("anglo-3.0-reference.xml")], ids=["CSV", "ONIX"])
def test_reading_that_is_cut_off_after_each_batch_comes_to_the_same(raw, monkeypatch):
    whole = counts(brought_in(raw))
    Book.objects.all().update(title="Other")
    monkeypatch.setattr(work, "READ_BATCH", 2)
    ticks = iter(range(10_000))
    run = take_in(raw)
    while run.state == RunState.CHECKING:
        work.work_on(lambda: NOW + timedelta(seconds=next(ticks)), run_for=timedelta(seconds=1.5))
        run = ImportRun.objects.get(pk=run.pk)  # a worker that knows nothing of what went before
    assert counts(run) == whole | {"new": 0, "changed": whole["new"]}


def test_a_worker_killed_between_two_batches_leaves_whole_books_and_the_next_one_goes_on(monkeypatch):
    monkeypatch.setattr(work, "APPLY_BATCH", 10)
    run = take_in(lines(range(25), copies=2))
    work_through()
    operations.approve(run, actor="olga@example.org")
    calls = []

    def dies(*args, **kwargs):
        calls.append(args)
        if len(calls) == 2:
            applying.apply_batch(*args, **kwargs)
            raise KeyboardInterrupt
        return applying.apply_batch(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(work, "apply_batch", dies)
        with pytest.raises(KeyboardInterrupt):
            work_through()
    run.refresh_from_db()
    assert (run.state, run.done, Book.objects.count(), BookItem.objects.count()) == (RunState.APPLYING, 10, 10, 20)
    work_through()
    run.refresh_from_db()
    assert (run.state, run.done, run.done_copies) == (RunState.DONE, 25, 50)
    assert (Book.objects.count(), BookItem.objects.count()) == (25, 50)
    assert books_with_wrong_level() == []


def test_a_person_stops_an_import_and_what_is_in_stays_in(monkeypatch):
    monkeypatch.setattr(work, "APPLY_BATCH", 10)
    run = take_in(lines(range(25)))
    work_through()
    operations.approve(run, actor="olga@example.org")
    run.refresh_from_db()
    work._applied(run, now=NOW)
    operations.stop(run, actor="olga@example.org", now=NOW)
    work_through()
    run.refresh_from_db()
    assert (run.state, run.done, Book.objects.count()) == (RunState.STOPPED, 10, 10)
    assert not StagedBook.objects.exists() and run.file == ""
    with pytest.raises(operations.CannotNow):
        operations.approve(run, actor="olga@example.org")


def test_an_import_that_fails_by_a_fault_of_ours_ends_and_the_next_one_is_done(monkeypatch):
    broken, fine = take_in(lines([1])), take_in(lines([2]))
    stage = work.stage

    def fails(run, rows):
        if run.pk == broken.pk:
            raise ZeroDivisionError
        return stage(run, rows)

    monkeypatch.setattr(work, "stage", fails)
    work_through()
    broken.refresh_from_db(), fine.refresh_from_db()
    assert (broken.state, fine.state) == (RunState.REFUSED, RunState.CHECKED)


def test_nobody_answers_for_a_fortnight():
    run = take_in(lines([1]))
    work_through()
    work.work_on(lambda: NOW + timedelta(days=15), run_for=LONG)
    run.refresh_from_db()
    assert run.state == RunState.DISCARDED and "two weeks" in run.reason
    assert not StagedBook.objects.exists()


def test_two_workers_never_work_on_one_import(transactional_db, together, monkeypatch):
    take_in(lines(range(50)))
    inside, tried, staged = Event(), Event(), []
    stage = work.stage

    def slowly(run, rows):
        staged.append(run.pk)
        inside.set()
        assert tried.wait(20)
        return stage(run, rows)

    monkeypatch.setattr(work, "stage", slowly)

    def second():
        assert inside.wait(20)
        try:
            return work.work_on(clock, run_for=LONG)
        finally:
            tried.set()

    first, late = together(lambda: work.work_on(clock, run_for=LONG), second)
    assert (late.said, late.unfinished) == ("another worker is at it", False)
    assert len(staged) == 1
    assert ImportRun.objects.get().new == 50


def test_two_who_say_yes_start_it_once(transactional_db, together):
    run = take_in(lines([1]))
    work_through()
    answers = together(*[lambda: operations.approve(run, actor="olga@example.org")] * 2)
    assert sorted(map(repr, answers)) == ["CannotNow()", "None"]


def test_the_turn_of_a_connection_that_dies_is_free_again(transactional_db, together):
    from django.db import connection

    def dies():
        with the_turn(Turn.IMPORTS) as mine:
            connection.close()
            connection.connect()
            return mine

    def another():
        with the_turn(Turn.IMPORTS) as mine:
            return mine

    assert together(dies) == [True]
    assert together(another) == [True]
