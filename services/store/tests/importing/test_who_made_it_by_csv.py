"""Contributors with their roles, series, pages and imprint in columns of a CSV; what a file lacks stays as it is."""

import csv
import io

import pytest
from django.urls import reverse
from tests.importing.test_import_in_the_admin import act, page_of, send_in, work_through

from store.catalogue.models import Book, BookChange, Category
from store.importing.models import ImportRun
from store.importing.refusal import BadRow
from store.importing.with_roles import contributors_of, in_a_cell

pytestmark = pytest.mark.django_db

ISBN = "9780140275360"
HEADER = "isbn13,title,authors,price,series,series_number,contributors,imprint_of,pages"
ILIAD = f'{ISBN},The Iliad,Homer,12.00,Epics,1,"B06: Wilson, Jr.; illustrated by Ada Okafor, Bo Ek",Random House,560'
TOLD = [
    {"name": "Wilson, Jr.", "role": "B06"},
    {"name": "Ada Okafor", "role": "A12"},
    {"name": "Bo Ek", "role": "A12"},
]


@pytest.fixture
def olga(staff):
    return staff("owner")


def bring_in(client, *lines):
    """Through all of its pages; answer that of the check."""
    send_in(client, "\n".join([*lines, ""]).encode())
    run = ImportRun.objects.latest("id")
    columns = {f"column_{place}": name for place, name in enumerate(run.columns)}
    act(client, run, "_columns", currency="EUR", **columns)
    work_through()
    page = client.get(page_of(run)).content.decode()
    run.refresh_from_db()
    act(client, run, "_approve")
    work_through()
    return page


def facts():
    book = Book.objects.get()
    return book.series, book.series_number, book.contributors, book.imprint_of, book.pages


def test_the_columns_are_guessed_shown_brought_in_and_told_once(olga):
    bring_in(olga, HEADER, ILIAD)
    assert ImportRun.objects.get().columns == HEADER.split(",")
    assert facts() == ("Epics", "1", TOLD, "Random House", 560)
    version = BookChange.objects.get().version
    page = bring_in(olga, HEADER, ILIAD)
    assert BookChange.objects.get().version == version and "there is nothing to bring in" in page


def test_a_dry_run_shows_them_in_words_and_what_a_file_lacks_stays(olga):
    bring_in(olga, HEADER, ILIAD)
    page = bring_in(olga, "isbn13,title,price,other contributors", f"{ISBN},The Iliad,13.00,translated by Jon Tolk")
    assert "Translated by Wilson, Jr.; illustrated by Ada Okafor, Bo Ek" in page and "Translated by Jon Tolk" in page
    assert facts() == ("Epics", "1", [{"name": "Jon Tolk", "role": "B06"}], "Random House", 560)
    bring_in(olga, "isbn13,title,price", f"{ISBN},The Iliad,14.00")
    assert facts()[:2] == ("Epics", "1"), "a title without brackets says nothing of a series"
    bring_in(olga, "isbn13,series,series_number,other contributors,pages", f"{ISBN},,,,")
    assert facts() == ("", "", [], "Random House", 560)


@pytest.mark.parametrize(
    ("columns", "cells", "expected"),
    [
        ("series,series_number", ",", ("The Long War", "3")),
        ("series,series_number", "Epics,1", ("Epics", "1")),
        ("series", "Epics", ("Epics", "3")),
    ],
)
def test_a_column_goes_before_the_brackets_of_a_title(olga, columns, cells, expected):
    bring_in(olga, f"isbn13,title,price,{columns}", f'{ISBN},"The Iliad (The Long War, #3)",12.00,{cells}')
    assert (Book.objects.get().title, *facts()[:2]) == ("The Iliad", *expected)


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("Jon Tolk", "“Jon Tolk” names no role"),
        ("A01: Homer", "authors, who have a column of their own"),
        ("B06: " + "x" * 201, "longer than 200"),
        (";".join(f"B06: N{n}" for n in range(51)), "More than 50"),
    ],
)
def test_a_cell_that_cannot_be_read_leaves_its_line_out_and_says_why(olga, cell, reason):
    page = bring_in(olga, "isbn13,title,price,other contributors", f"{ISBN},The Iliad,12.00,{cell}")
    assert reason in page and ImportRun.objects.get().faults.get().column == "contributors"
    assert not Book.objects.exists()


@pytest.mark.parametrize("pages", ["32001", "many", "-3"])
def test_pages_are_a_number(olga, pages):
    assert "is no number of pages" in bring_in(olga, "isbn13,title,price,pages", f"{ISBN},The Iliad,12.00,{pages}")


def test_longer_words_go_before_shorter_ones_and_a_cell_is_read_as_it_was_written():
    cell = "Introduction and notes by A; edited and translated by B: C; original author: D; B01: E; with F"
    read = contributors_of(cell)
    assert [(one["role"], one["name"]) for one in read] == [
        ("A29", "A"), ("B10", "B: C"), ("A38", "D"), ("B01", "E"), ("A02", "F"),
    ]  # fmt: skip
    assert contributors_of(in_a_cell(read)) == read
    with pytest.raises(BadRow):
        contributors_of("withdrawn")


def test_the_chosen_books_are_a_file_that_brings_in_the_same(olga):
    bring_in(olga, HEADER, ILIAD)
    book = Book.objects.get()
    fiction = Category.objects.create(name="Fiction")
    book.categories.add(Category.objects.create(name="Epics", parent=fiction))
    Book.objects.update(first_published=-750, description="=A war", format="paperback", language="grc", publisher="P")
    saved = olga.post(
        reverse("admin:catalogue_book_changelist"), {"action": "as_a_file", "_selected_action": [book.pk]}
    )
    text = b"".join(saved.streaming_content).decode()
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["contributors"], row["categories"]) == (
        "B06: Wilson, Jr.; A12: Ada Okafor; A12: Bo Ek",
        "Fiction > Epics",
    )
    assert (row["first_published"], row["description"]) == ("-750", "'=A war")
    Book.objects.update(description="")
    version = BookChange.objects.get().version
    bring_in(olga, text.replace("'=A war", "").rstrip())
    assert BookChange.objects.get().version == version
    assert ImportRun.objects.latest("id").columns == list(row)
