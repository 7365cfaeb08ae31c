"""Files that come by another service: kept, checked and brought in with nobody here being asked."""

import io
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from tests.conftest import NOW, isbn_number
from tests.lines import refusal

from store.catalogue.models import Book
from store.importing import work
from store.importing.models import ImportRun
from store_client import StoreUnavailable, Writer

pytestmark = pytest.mark.django_db(transaction=True)
GOOD = f"isbn13,title,price\n{isbn_number(1)},Emma,9.50\n{isbn_number(2)},Persuasion,7.00\n"


@pytest.fixture
def shop(line_to_store):
    return line_to_store("books:write")


def send(shop, text=GOOD, *, key=None, dry_run=False, name="books.csv", **options):
    raw = text if isinstance(text, bytes) else text.encode()
    writer = Writer("olga@example.org", key or uuid4())
    options = {"name": name, "dry_run": dry_run, "currency": "EUR", **options}
    return shop.send_books(io.BytesIO(raw), options.pop("size", len(raw)), writer, **options)


def work_through():
    while work.work_on(lambda: NOW, run_for=timedelta(minutes=5)).unfinished:
        pass


def test_a_file_is_checked_and_brought_in_by_itself(shop, staff):
    job = send(shop)
    assert (job.state, job.ended, job.name, job.sent_by) == ("checking", False, "books.csv", "olga@example.org")
    work_through()
    job = shop.import_job(job.id)
    assert (job.state, job.ended, job.brought_in["new"]) == ("done", True, 2) and job.sentence.startswith("Done")
    assert job.progress == {"done": 2, "of": 2} and Book.objects.get(title="Emma").price == 9.5
    assert "olga@example.org" in staff("owner").get(f"/admin/importing/importrun/{job.id}/change/").content.decode()


def test_a_dry_run_says_what_would_be_and_changes_nothing(shop):
    job = send(shop, dry_run=True)
    work_through()
    job = shop.import_job(job.id)
    assert (job.state, job.dry_run, job.found["new"], job.brought_in["new"]) == ("discarded", True, 2, 0)
    assert "dry run" in job.sentence and not Book.objects.exists()
    assert job.progress["done"] == job.progress["of"] == len(GOOD.encode())


def test_what_is_left_out_is_told_by_its_line_a_page_at_a_time(shop):
    bad = "".join(f"{isbn_number(n)},,1.00\n" for n in range(3, 8))
    job = send(shop, GOOD + bad)
    work_through()
    page = shop.import_job(job.id, offset=1, limit=2)
    assert (page.left_out, page.faults_kept, page.brought_in["new"]) == (5, 5, 2)
    assert [(fault.record, fault.reason) for fault in page.faults] == [(n, "The title is missing.") for n in (5, 6)]


def test_what_is_left_out_names_the_column_that_is_to_blame(shop):
    text = (
        "isbn13,title,price,first_published,copies\n"
        f"{isbn_number(1)},Emma,cheap,1815,1\n"
        "978,Emma,9.50,1815,1\n"
        f"{isbn_number(2)},Emma,9.50,soon,1\n"
        f"{isbn_number(3)},Emma,9.50,1815,many\n"
        f"{isbn_number(4)},Emma,9.50\n"
        f"{isbn_number(5)},,9.50,1815,1\n"
        f"{isbn_number(6)},Emma,9.50,1815,1\n"
        f"{isbn_number(6)},Emma,9.50,1815,1\n"
    )
    job = send(shop, text)
    work_through()
    told = {fault.record: fault.column for fault in shop.import_job(job.id).faults}
    assert told == {2: "price", 3: "isbn13", 4: "first_published", 5: "copies", 6: None, 7: "title", 9: "isbn13"}


def test_onix_is_known_by_what_is_in_it(shop):
    raw = (Path(__file__).parent / "onix" / "german-3.0-short-latin-1.xml").read_bytes()
    assert send(shop, raw, name="books.txt").format == "onix"


def test_the_same_key_is_the_same_job_and_another_file_is_refused(shop, together, line_to_store):
    key = uuid4()
    lines = [shop, line_to_store("books:write")]
    jobs = together(*(lambda line=line: send(line, key=key) for line in lines))
    assert len({job.id for job in jobs}) == 1 == ImportRun.objects.count()
    assert send(shop, key=key).id == jobs[0].id
    assert refusal(lambda: send(shop, GOOD + "x", key=key)).slug == "write-differs"
    assert refusal(lambda: send(shop, key=key, dry_run=True)).slug == "write-differs"
    assert len(list(work.files.folder().iterdir())) == 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("title,price\nEmma,1.00\n", "One column must be the ISBN"),
        ("isbn13\n9780141439518\n", "at least one column"),
        ("", "empty"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_the_reason(shop, text, told):
    problem = refusal(lambda: send(shop, text))
    assert problem.slug == "invalid" and told in problem.errors[0].message and problem.errors[0].field == "file"
    assert not ImportRun.objects.exists() and not list(work.files.folder().iterdir())


def test_columns_are_guessed_or_named_and_the_job_shows_what_each_was_taken_for(shop):
    text = f"EAN;Titel;Was es kostet: brutto;Notiz\n{isbn_number(1)};Emma;9.50;x\n"
    job = send(shop, text, columns=["Was es kostet: brutto:price"])
    told = [(column.name, column.field) for column in job.columns]
    assert told == [("EAN", "isbn13"), ("Titel", "title"), ("Was es kostet: brutto", "price"), ("Notiz", None)]
    work_through()
    assert shop.import_job(job.id).columns == job.columns and Book.objects.get(title="Emma").price == 9.5


def test_columns_that_are_not_there_or_not_ours_are_refused(shop):
    assert "no column “Preis”" in refusal(lambda: send(shop, columns=["Preis:price"])).errors[0].message
    problem = refusal(lambda: send(shop, columns=["title:cost"]))
    assert problem.errors[0].field == "column" and "no column 'cost'" in problem.errors[0].message
    key = uuid4()
    send(shop, key=key)
    assert refusal(lambda: send(shop, key=key, columns=["title:"])).slug == "write-differs"


def test_a_service_finds_its_files_by_person_the_newest_first(shop, line_to_store):
    jobs = [send(shop) for _ in range(3)]
    count, page = shop.import_jobs(sent_by="olga@example.org", offset=1, limit=1)
    assert (count, [job.id for job in page]) == (3, [jobs[1].id])
    assert shop.import_jobs(sent_by="dan@example.org", offset=0, limit=9) == (0, [])
    assert line_to_store("books:write", name="other").import_jobs(sent_by=None, offset=0, limit=9) == (0, [])


def test_wrong_wishes_are_named(shop):
    problem = refusal(lambda: send(shop, currency="euro", country="Germany"))
    assert [error.field for error in problem.errors] == ["currency", "country"]


def test_another_s_job_is_not_there_and_only_the_scope_sends_files(shop, line_to_store, staff):
    job = send(shop)
    assert refusal(line_to_store("books:write", name="other").import_job, job.id).slug == "not-found"
    assert refusal(shop.import_job, 10**25).slug == "not-found"
    reader = line_to_store("feeds:read", "orders:push", name="reader")
    for call in (
        lambda: send(reader),
        lambda: reader.import_job(job.id),
        lambda: reader.import_jobs(sent_by=None, offset=0, limit=9),
    ):
        with pytest.raises(StoreUnavailable, match="403"):
            call()
    assert staff("owner").post("/api/imports/").status_code == 403


def test_a_file_that_breaks_off_is_not_taken_for_a_whole_one(service):
    headers = {"Idempotency-Key": str(uuid4()), "X-Actor": "olga@example.org"}
    body = {"CONTENT_LENGTH": "999", "wsgi.input": io.BytesIO(GOOD.encode())}
    answer = service("books:write").generic("POST", "/api/imports/", headers=headers, content_type="text/csv", **body)
    assert answer.status_code == 400 and answer.json()["type"] == "/problems/cut-off"
    assert not ImportRun.objects.exists()
