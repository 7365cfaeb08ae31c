"""`import_books FILE.csv`: real lines go in, bad ones are named, and twice is as good as once."""

import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.conftest import isbn_number

from store.catalogue.models import Book, BookChange, Category
from store.importing.management.commands import import_books
from store.orders.queries import books_with_wrong_level
from store.stock.models import BookItem, LedgerLine, StockLevel
from store.stock.queries import copies_that_differ_from_ledger

pytestmark = pytest.mark.django_db

HEADER = "isbn13,title,authors,first_published,language,price,currency,copies"
GAMES = '9780439023481,"The Hunger Games (The Hunger Games, #1)",Suzanne Collins,2008,eng,18.69,EUR,9'
POTTER = '9780439554930,Sorcerer\'s Stone,"J.K. Rowling, Mary GrandPré",1997,en-US,18.56,EUR,0'
ILIAD = "9780140275360,The Iliad,Homer,-750,,12.00,EUR,2"


@pytest.fixture
def run(tmp_path, capsys):
    """Import these lines (or bytes); answer what was said on stdout and stderr, and the error that ended it."""

    def imported(*lines, header=HEADER, raw=None, options=()):
        file = tmp_path / "books.csv"
        file.write_bytes(raw if raw is not None else "\n".join([header, *lines, ""]).encode())
        ending = None
        try:
            call_command("import_books", str(file), *options)
        except CommandError as error:
            ending = str(error)
        captured = capsys.readouterr()
        return captured.out, captured.err, ending

    return imported


def facts(isbn13):
    names = ("title", "series", "series_number", "authors", "first_published", "language", "price", "currency")
    return dict(Book.objects.filter(isbn13=isbn13).values(*names).get())


def test_good_lines_become_books_with_copies(run):
    out, err, ending = run(GAMES, POTTER, ILIAD)
    assert (err, ending) == ("", None)
    assert "3 new, 0 changed, 0 unchanged; 11 copies added" in out
    games = facts("9780439023481")
    assert (games["title"], games["series"], games["series_number"]) == ("The Hunger Games", "The Hunger Games", "1")
    assert (games["language"], str(games["price"]), games["first_published"]) == ("en", "18.69", 2008)
    assert facts("9780439554930")["authors"] == ["J.K. Rowling", "Mary GrandPré"]
    assert facts("9780140275360") | {"price": None} == {
        "title": "The Iliad",
        "series": "",
        "series_number": "",
        "authors": ["Homer"],
        "first_published": -750,
        "language": "",
        "price": None,
        "currency": "EUR",
    }
    assert StockLevel.objects.get(book__isbn13="9780439023481").on_shelf == 9
    assert (BookItem.objects.count(), LedgerLine.objects.count()) == (11, 11)
    assert books_with_wrong_level() == copies_that_differ_from_ledger() == []


def test_prices_are_taken_up_to_eight_digits_before_the_point(run):
    run(GAMES.replace("18.69", "1250000"), ILIAD.replace("EUR", "IRR"), options=[])
    assert Book.objects.get(isbn13="9780439023481").price == Decimal("1250000.00")
    run(GAMES.replace("18.69", "99999999.99"))
    assert Book.objects.get(isbn13="9780439023481").price == Decimal("99999999.99")


def test_the_same_file_twice_changes_nothing_at_all(run):
    run(GAMES, ILIAD)
    before = list(BookChange.objects.order_by("book_id").values_list("book_id", "version", "xid"))
    out, _, _ = run(GAMES, ILIAD)
    assert "0 new, 0 changed, 2 unchanged; 0 copies added" in out
    assert list(BookChange.objects.order_by("book_id").values_list("book_id", "version", "xid")) == before
    assert BookItem.objects.count() == 11


def test_only_what_differs_is_changed(run):
    run(GAMES, ILIAD)
    before = dict(BookChange.objects.values_list("book_id", "version"))
    out, _, _ = run(GAMES.replace("18.69", "19.00"), ILIAD)
    assert "0 new, 1 changed, 1 unchanged" in out
    after = dict(BookChange.objects.values_list("book_id", "version"))
    assert [book for book in after if after[book] != before[book]] == [Book.objects.get(isbn13="9780439023481").id]


def test_copies_sold_since_are_not_brought_again(run, accept):
    run(ILIAD)
    from tests.conftest import NOW

    from store.orders.packing import dispatch

    book = Book.objects.get()
    order = accept((book, 1))
    dispatch(order_id=order.id, barcodes=[BookItem.objects.first().barcode], actor="dan@example.org", now=NOW)
    assert "0 copies added" in run(ILIAD)[0]
    assert "3 copies added" in run(ILIAD.replace("EUR,2", "EUR,5"))[0]
    assert StockLevel.objects.get().on_shelf == 4
    assert "0 copies added" in run(ILIAD)[0]  # a smaller number takes none away


def test_a_dry_run_tells_the_outcome_and_keeps_nothing(run):
    out, _, ending = run(GAMES, ILIAD, options=["--dry-run"])
    assert "Would be: 2 new, 0 changed, 0 unchanged; 11 copies added" in out
    assert ending is None
    assert not (Book.objects.exists() or BookItem.objects.exists() or LedgerLine.objects.exists())


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (GAMES.replace("9780439023481", "9780439023482"), "check digit"),
        (GAMES.replace("9780439023481", ""), "is no ISBN"),
        (GAMES.replace("18.69", "-3.00"), "The price -3.00 is negative."),
        (GAMES.replace("18.69", "NaN"), "is no price"),
        (GAMES.replace("18.69", "1e3"), "is no price"),
        (GAMES.replace("18.69", "100000000"), "is no price"),
        (GAMES.replace("18.69", "0"), "Its price is 0: what is free of charge, or has no price yet, is not sold here."),
        (GAMES.replace("18.69", "0.00"), "Its price is 0"),
        (GAMES.replace("9780439023481", "9790060115615"), "“9790060115615” is the number of printed music (ISMN)"),
        (GAMES.replace("9780439023481", "979-0-2600-0043-8"), "is the number of printed music (ISMN)"),
        (GAMES.replace("EUR", "euro"), "is no currency"),
        (GAMES.replace("EUR,9", "EUR,-1"), "is no number of copies"),
        (GAMES.replace("EUR,9", "EUR,1000000"), "is no number of copies"),
        (GAMES.replace("EUR,9", "EUR,٣"), "is no number of copies"),
        (GAMES.replace("2008", "MMVIII"), "is no year"),
        (GAMES.replace("2008", "99999"), "is no year"),
        (GAMES.replace("eng", "English"), "is no language code"),
        (GAMES + ",more", "It has 9 cells where the header has 8."),
        ("just,two", "It has 2 cells"),
        (GAMES.replace("Suzanne Collins", "x" * 21_000), "longer than 20,000 characters"),
        (GAMES.replace("Suzanne Collins", "x" * 300_000), "longer than 200,000 bytes"),
        (GAMES.replace("Suzanne Collins", "x" * 201), "author's name is longer"),
        (GAMES.replace("Suzanne Collins", "a\x00b"), "NUL"),
        (GAMES.replace('"The Hunger Games (The Hunger Games, #1)"', "x" * 301), "title is longer"),
        (GAMES.replace('"The Hunger Games (The Hunger Games, #1)"', " "), "title is missing"),
        (GAMES.replace('#1)"', "#1)"), "never closed"),
        (GAMES.replace('#1)"', '#1)" x'), "out of place"),
        (POTTER.replace("9780439554930", "978-0-14-027536-0"), "stands in line 2 already"),
    ],
)
def test_a_bad_line_is_named_and_the_good_ones_are_imported(run, line, reason):
    out, err, ending = run(ILIAD, line, POTTER)
    assert err.startswith("line 3: ")
    assert reason in err
    assert err.count("\n") == 1
    assert "2 new" in out
    assert ending == "1 bad line left out, see above."


def test_lines_in_another_encoding_are_named(run):
    latin = POTTER.encode("latin-1")
    out, err, ending = run(raw=b"\n".join([HEADER.encode(), latin, ILIAD.encode()]))
    assert err == "line 2: The line is not UTF-8: save the file as “CSV UTF-8”, as spreadsheets call it.\n"
    assert "1 new" in out


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "The file is empty."),
        (b"\n\n", "The file is empty."),
        (GAMES.encode(), "The first line must name the columns"),
        (HEADER.replace("price,", "").encode(), "price missing"),
        ((HEADER + ",colour").encode(), "Unknown column 'colour'"),
        ((HEADER + ",title").encode(), "named twice"),
        (HEADER.encode("utf-16"), "not UTF-8"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not UTF-8"),
        ("\r".join([HEADER, GAMES, ILIAD]).encode(), "line ends of old Macs (CR alone): save the file as “CSV UTF-8”"),
        (
            "\r".join([HEADER, *[ILIAD] * 5_000]).encode(),
            "line ends of old Macs (CR alone): save the file as “CSV UTF-8”",
        ),
    ],
)
def test_a_file_that_is_not_ours_is_refused_whole(run, raw, reason):
    out, _, ending = run(raw=raw)
    assert reason in ending
    assert out == ""


def test_a_missing_file_or_a_folder_is_told(tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_books", str(tmp_path / "nowhere.csv"))
    with pytest.raises(CommandError, match="Is a directory"):
        call_command("import_books", str(tmp_path))


def test_a_file_of_windows_is_read(run):
    raw = "\r\n".join([HEADER, GAMES, ILIAD]).encode("utf-8-sig")
    assert "2 new" in run(raw=raw)[0]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("His Dark Materials (His Dark Materials #1-3)", ("His Dark Materials", "His Dark Materials", "1-3")),
        ("Steel (A Song of Ice, #3: Part 1 of 2)", ("Steel", "A Song of Ice", "3: Part 1 of 2")),
        ("Mort (Discworld, #4; Death, #1)", ("Mort", "Discworld", "4")),
        ("America (The Book): A Guide", ("America (The Book): A Guide", "", "")),
        ("I Am America (And So Can You!)", ("I Am America (And So Can You!)", "", "")),
    ],
)
def test_series_stand_in_brackets(run, title, expected):
    run(f'9780140275360,"{title}",Homer,,,12.00,EUR,0')
    book = Book.objects.get()
    assert (book.title, book.series, book.series_number) == expected


@pytest.mark.parametrize(
    ("said", "kept"),
    [("Hardcover", "hardback"), ("mass-market paperback", "paperback"), ("Audio CD", "audio CD"), ("", "")],
)
def test_formats_are_named_as_one_finds_them(run, said, kept):
    run(f"{ILIAD},{said}", header=f"{HEADER},format")
    assert Book.objects.get().format == kept


def test_a_format_that_nobody_knows_is_named(run):
    out, err, ending = run(f"{ILIAD},papyrus", header=f"{HEADER},format")
    assert "line 2: “papyrus” is no format we know: write hardback, paperback" in err and not Book.objects.exists()


def test_optional_columns_are_kept_where_the_file_lacks_them(run):
    more = HEADER + ",publisher,description,categories,shelf"
    run(ILIAD + ",Penguin,A war.,Fiction > Classics; Poetry,A-7", header=more)
    run(ILIAD.replace("12.00", "13.00"))
    book = Book.objects.get()
    assert (book.publisher, book.description, str(book.price)) == ("Penguin", "A war.", "13.00")
    assert set(BookItem.objects.values_list("shelf", flat=True)) == {"A-7"}
    classics = Category.objects.get(name="Classics")
    assert (classics.parent.name, Category.objects.count()) == ("Fiction", 3)
    assert {category.name for category in book.categories.all()} == {"Classics", "Poetry"}


def test_a_thousand_books_cost_as_many_statements_as_one(run, monkeypatch):
    monkeypatch.setattr(import_books, "STEP", timedelta(minutes=5))  # each step looks at the import's row anew

    def statements(numbers):
        lines = [f"{isbn_number(n)},Book {n},An Author,2000,en,5.00,EUR,1" for n in numbers]
        with CaptureQueriesContext(connection) as queries:
            run(*lines)
        return len(queries)

    statements([0])
    assert statements(range(1, 1_000)) == statements([1_000]) <= 50


def test_the_help_tells_what_copies_mean(capsys):
    with pytest.raises(SystemExit):
        from store.importing.management.commands.import_books import Command

        Command().create_parser("manage.py", "import_books").parse_args(["--help"])
    assert "never takes a copy away" in capsys.readouterr().out


def test_an_import_while_another_runs_is_refused(transactional_db, run, together):
    from threading import Event

    from django.db import transaction

    from store.works.turn import Turn

    held, tried = Event(), Event()

    def hold():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(Turn.IMPORTS)])
            held.set()
            assert tried.wait(10)

    def try_it():
        assert held.wait(10)
        try:
            return run(ILIAD)
        finally:
            tried.set()

    _, (_, _, ending) = together(hold, try_it)
    assert "Another import is running" in ending
    assert not Book.objects.exists()


def test_reading_is_bounded_however_long_a_line_is():
    from store.importing.reading import LONGEST_LINE, records

    asked = []

    class Endless(io.BytesIO):
        def readline(self, size=-1):
            asked.append(size)
            return super().readline(size)

    found = list(records(Endless(b"x" * (3 * LONGEST_LINE) + b"\na,b\n")))
    assert [record.fault != "" for record in found] == [True, False]
    assert set(asked) == {LONGEST_LINE}


def test_onix_is_known_by_what_is_in_it_and_a_dry_run_shows_the_first_changes(run):
    from pathlib import Path

    onix = (Path(__file__).parent / "onix" / "anglo-3.0-reference.xml").read_bytes()
    out, err, ending = run(raw=onix)
    assert "Imported: 2 new, 0 changed, 0 unchanged; 0 copies added." in out
    assert err == "record 3: It is digital (product form ED): there is no copy to put on a shelf.\n"
    assert ending == "1 bad record left out, see above."
    out, _, _ = run(raw=onix.replace(b"13.50", b"14.00"), options=["--dry-run"])
    assert "Would be: 0 new, 1 changed, 1 unchanged; 0 copies added.\n" in out
    assert "9781948372602 The Salt & the Lamp\n  price: 13.50 → 14.00\n" in out
    assert run(raw=onix[:-200])[2].startswith("books.csv: The file ends in the middle")
