"""Olga and the office import books in the admin: sent in, looked at, said yes to. Dan may not."""

import io
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.conftest import NOW, isbn_number

from store.catalogue.models import Book
from store.importing import files, operations, pages, work
from store.importing.models import ImportRun, RunState
from store.labels import views
from store.stock.models import BookItem

pytestmark = pytest.mark.django_db

ONIX = (Path(__file__).parent / "onix" / "anglo-3.0-reference.xml").read_bytes()
GERMAN = f"ISBN;Titel;Preis;Farbe\n{isbn_number(1)};=1+1;12,50;blau\n{isbn_number(2)};Emma;zwölf;rot\n"
COPIES = reverse("admin:stock_bookitem_changelist")
LIST, ADD = reverse("admin:importing_importrun_changelist"), reverse("admin:importing_importrun_add")


def page_of(run, name="change"):
    return reverse(f"admin:importing_importrun_{name}", args=[run.pk])


def send_in(client, raw=GERMAN.encode(), **fields):
    upload = SimpleUploadedFile("bücher.csv", raw)
    return client.post(ADD, {"file": upload, "currency": "EUR", "country": "", **fields})


def work_through():
    while work.work_on(lambda: NOW, run_for=timedelta(minutes=5)).unfinished:
        pass


def act(client, run, button, **fields):
    page = client.post(page_of(run), {button: "1", **fields}, follow=True).content.decode()
    run.refresh_from_db()
    return page


@pytest.fixture
def run_of(db):
    def made(raw=ONIX):
        return operations.take_in(io.BytesIO(raw), name="books", actor="olga@example.org", now=NOW)

    return made


@pytest.mark.parametrize("role", ["owner", "office"])
def test_a_csv_with_columns_of_its_own_from_upload_to_the_shelf(staff, role):
    client = staff(role)
    answer = send_in(client)
    run = ImportRun.objects.get()
    assert answer["Location"] == page_of(run)
    assert (run.name, run.delimiter, run.columns) == ("bücher.csv", ";", ["isbn13", "title", "price", ""])
    assert "blau" in client.get(page_of(run)).content.decode()
    refused = act(client, run, "_columns", column_0="", column_1="title", column_2="price", currency="EUR")
    assert "One column must be the ISBN" in refused
    columns = {"column_0": "isbn13", "column_1": "title", "column_2": "price", "column_3": "", "currency": "CHF"}
    assert "It is being checked: 0 lines read so far." in act(client, run, "_columns", **columns)
    work_through()
    page = client.get(page_of(run)).content.decode()
    assert "All 2 lines are checked and nothing is changed yet." in page
    assert "=1+1 · 12.50 CHF" in page and "“zwölf” is no price" in page
    assert not Book.objects.exists()
    act(client, run, "_approve")
    work_through()
    assert "Done: 1 new, 0 changed, 0 retired; 0 copies added; 1 left out." in client.get(page_of(run)).content.decode()
    assert Book.objects.get().currency == "CHF"
    assert run.approved_by == ("olga@example.org" if role == "owner" else "office@example.org")
    assert list(files.folder().iterdir()) == []


def test_a_csv_as_excel_saves_it_shows_its_columns_and_its_lines_say_what_to_do(staff):
    owner = staff("owner")
    raw = f"ISBN;Titel;Preis\n{isbn_number(1)};Größe;9,99\n{isbn_number(2)};Emma;8,99\n".encode("cp1252")
    page = owner.get(send_in(owner, raw)["Location"])
    assert page.status_code == 200 and "Gr??e" in page.content.decode()
    run = ImportRun.objects.get()
    columns = {"column_0": "isbn13", "column_1": "title", "column_2": "price", "currency": "EUR"}
    act(owner, run, "_columns", **columns)
    work_through()
    page = owner.get(page_of(run)).content.decode()
    assert "The line is not UTF-8: save the file as “CSV UTF-8”" in page and "Emma · 8.99 EUR" in page


def test_dan_sees_no_import_sends_none_in_and_says_yes_to_none(staff, run_of):
    dan, run = staff("packer"), run_of()
    work_through()
    assert {dan.get(url).status_code for url in (LIST, ADD, page_of(run))} == {403}
    assert {dan.get(page_of(run, name)).status_code for name in ("faults", "changes")} == {403}
    assert send_in(dan).status_code == 403
    for button in ("_approve", "_stop", "_columns"):
        assert dan.post(page_of(run), {button: "1"}).status_code == 403
    run.refresh_from_db()
    assert (run.state, ImportRun.objects.count()) == (RunState.CHECKED, 1)
    assert "importrun" not in dan.get(reverse("admin:index")).content.decode()


def test_a_stranger_is_sent_to_the_log_in_and_no_byte_of_the_file_is_read(db):
    assert "/admin/login/" in Client().get(ADD)["Location"]
    assert "/admin/login/" in send_in(Client())["Location"]
    assert not ImportRun.objects.exists() and list(files.folder().iterdir()) == []


def test_an_upload_without_the_forms_token_is_refused(staff, django_user_model):
    staff("owner")
    forged = Client(enforce_csrf_checks=True)
    forged.force_login(django_user_model.objects.get(email="olga@example.org"))
    assert send_in(forged).status_code == 403
    assert not ImportRun.objects.exists()


def test_nobody_deletes_an_import(staff, run_of):
    assert staff("owner").post(page_of(run_of(), "delete"), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "The submitted file is empty."),
        (b"\n\n", "The file is empty."),
        (b"\xff\xfea\x00", "not UTF-8"),
    ],
)
def test_a_file_of_no_use_is_refused_at_once_and_not_kept(staff, raw, reason):
    assert reason in send_in(staff("owner"), raw).content.decode()
    assert not ImportRun.objects.exists() and list(files.folder().iterdir()) == []


def test_a_file_that_is_too_large_is_refused(staff, settings):
    settings.LARGEST_IMPORT_BYTES = 100
    assert "larger than imports may be" in send_in(staff("owner"), b"x" * 101).content.decode()
    assert list(files.folder().iterdir()) == []


@pytest.mark.parametrize("wrong", [{"currency": "euro"}, {"country": "Germany"}, {"country": "de"}])
def test_a_wrong_currency_or_country_is_refused(staff, wrong):
    assert send_in(staff("owner"), **wrong).context["form"].errors
    assert not ImportRun.objects.exists()


def test_a_broken_file_is_told_and_its_page_offers_nothing_more(staff, run_of):
    owner, run = staff("owner"), run_of(ONIX[:-200])
    work_through()
    page = owner.get(page_of(run)).content.decode()
    assert "Refused: The file ends in the middle" in page
    assert "_approve" not in page and "_stop" not in page


def test_who_comes_too_late_is_told(staff, run_of):
    owner, run = staff("owner"), run_of()
    assert "no longer where that could be done" in act(owner, run, "_approve")
    work_through()
    assert "Discarded (by olga@example.org); nothing was changed." in act(owner, run, "_stop")
    assert "no longer where that could be done" in act(owner, run, "_approve")
    assert "no longer where that could be done" in act(owner, run, "_columns")


def test_the_same_file_again_says_that_there_is_nothing_to_do(staff, run_of):
    owner = staff("owner")
    first = run_of()
    work_through()
    act(owner, first, "_approve")
    work_through()
    again = run_of()
    work_through()
    page = owner.get(page_of(again)).content.decode()
    assert "there is nothing to bring in" in page and "_approve" not in page


def test_what_was_left_out_is_a_csv_that_no_spreadsheet_takes_for_formulas(staff, run_of):
    run = run_of(b"isbn,title\n=cmd|' /C calc'!A0,x\n")
    operations.confirm_columns(run, ["isbn13", "title"], currency="EUR")
    work_through()
    answer = staff("owner").get(page_of(run, "faults"))
    told = b"".join(answer.streaming_content).decode()
    assert told.splitlines()[0] == "line,reference,reason"
    assert told.splitlines()[1].startswith("2,'=cmd|")
    assert answer["Content-Disposition"] == f'attachment; filename="import-{run.pk}-left-out.csv"'


def test_all_that_would_change_is_a_csv_too(staff, run_of):
    books = [Book(isbn13=isbn_number(n), title="Old", price=1, description="+1 star") for n in range(30)]
    Book.objects.bulk_create(books)
    lines = "".join(f'{isbn_number(n)},=New {n},"1.00",{"long " * 50}\n' for n in range(30))
    run = run_of(f"isbn,title,price,description\n{lines}".encode())
    operations.confirm_columns(run, ["isbn13", "title", "price", "description"], currency="EUR")
    work_through()
    owner = staff("owner")
    assert "The first 20 of 30." in owner.get(page_of(run)).content.decode()
    told = b"".join(owner.get(page_of(run, "changes")).streaming_content).decode().splitlines()
    assert (told[0], len(told)) == ("ISBN,title,field,now,in the file", 61)
    assert told[1] == f"{isbn_number(0)},Old,title,Old,'=New 0"
    assert told[2] == f"{isbn_number(0)},Old,description,'+1 star,{' '.join(['long'] * 50)}"


def test_a_file_that_is_sent_in_is_written_to_the_disk_once(staff, monkeypatch):
    monkeypatch.setattr(shutil, "copyfileobj", None)
    send_in(staff("owner"), ONIX)
    run = ImportRun.objects.get()
    (kept,) = files.folder().iterdir()
    assert (kept.name, kept.read_bytes(), run.size_bytes) == (run.file, ONIX, len(ONIX))


def test_an_import_that_does_not_go_on_says_why(staff, run_of):
    owner, first, second = staff("owner"), run_of(), run_of()
    assert "The worker for imports has not been at it" in owner.get(page_of(first)).content.decode()
    assert "It waits for “books” to end" in owner.get(page_of(second)).content.decode()


@pytest.mark.parametrize("number", ["0", "x", "9" * 30, "1٣"])
def test_an_import_that_there_is_not(staff, number):
    assert staff("owner").get(f"/admin/importing/importrun/{number}/change/").status_code == 404


def test_the_pages_cost_the_same_for_any_number_of_books(staff):
    owner = staff("owner")

    def statements(numbers):
        lines = "".join(f"{isbn_number(n)},Book {n},5.00\n{isbn_number(n)},Book {n},5.00\n" for n in numbers)
        run = operations.take_in(io.BytesIO(b"isbn,title,price\n" + lines.encode()), name="x", actor="x", now=NOW)
        operations.confirm_columns(run, ["isbn13", "title", "price"], currency="EUR")
        work_through()
        with CaptureQueriesContext(connection) as queries:
            assert owner.get(page_of(run)).status_code == 200
            assert owner.get(LIST).status_code == 200
        return len(queries)

    Book.objects.bulk_create(Book(isbn13=isbn_number(n), title="Old", price=1) for n in range(0, 40, 2))
    assert statements(range(2)) == statements(range(40))


def test_the_copies_of_an_import_are_listed_and_their_labels_printed_from_its_page(staff, run_of, books, monkeypatch):
    office = staff("office")
    rows = "".join(f"{isbn_number(n)},Book,1.00,2,C-{n}\n" for n in (2, 1))
    send_in(office, f"isbn13,title,price,copies,shelf\n{rows}".encode())
    run = ImportRun.objects.get()
    columns = {f"column_{n}": name for n, name in enumerate(run.columns)}
    act(office, run, "_columns", **columns, currency="EUR")
    work_through()
    assert "Its copies" not in office.get(page_of(run)).content.decode()
    act(office, run, "_approve")
    work_through()
    monkeypatch.setattr(pages, "MOST_LABELS", 3)
    monkeypatch.setattr(views, "MOST_LABELS", 3)
    page = office.get(page_of(run)).content.decode()
    mine, labels = f"{COPIES}?import={run.pk}", reverse("labels:copies")
    assert f'href="{mine}">4 copies were added by it' in page
    assert f'href="{labels}?import={run.pk}&amp;part=2">4 to 4' in page
    listed = office.get(mine)
    assert {copy.origin for copy in listed.context["cl"].result_list} == {"import"}
    assert listed.context["cl"].result_count == 4 and "bücher.csv" in listed.content.decode()
    barcodes = list(BookItem.objects.filter(origin="import").order_by("shelf", "id").values_list("barcode", flat=True))
    asked = [office.get(labels, {"import": run.pk, "part": part}).context["form"]["what"].value() for part in (1, 2, 3)]
    assert asked == ["\n".join(barcodes[:3]), barcodes[3], ""]
    for wrong in (
        {"import": run.pk},
        {"import": 0, "part": 1},
        {"import": "x", "part": 1},
        {"import": run.pk, "part": 0},
    ):
        assert office.get(labels, wrong).status_code == 404
    assert staff("packer").get(page_of(run)).status_code == 403
