"""Staff send files of products in: through to the store, which works on them while a job tells how far it is."""

import pytest
from asking import KEY, problem

from shop.api import bulk
from shop.staff import roles

pytestmark = pytest.mark.django_db
FILE = "isbn13,title,price\n9780141439587,Emma,9.50\nbad\nbad\nbad\n"


def send(client, text=FILE, query="name=spring.csv", **more):
    kind = more.pop("content_type", "text/csv")
    return client.generic("POST", f"/api/products/bulk/?{query}", text, content_type=kind, **more)


def test_a_file_goes_through_and_its_job_is_watched(staff, store):
    answer = send(staff)
    job = answer.json()
    assert answer.status_code == 202 and answer["Location"] == job["url"], job
    assert (job["name"], job["sent_by"], job["dry_run"]) == ("spring.csv", "olga@example.org", False)
    assert store.files[job["id"]][2] == FILE.splitlines()
    watched = staff.get(job["url"], {"page_size": "2"}).json()
    assert (watched["state"], watched["brought_in"]["new"], watched["left_out"]) == ("done", 1, 3)
    errors = watched["errors"]
    assert (errors["count"], [row["row"] for row in errors["results"]]) == (3, [3, 4])
    last = staff.get(errors["next"]).json()["errors"]
    assert last["next"] is None and last["results"] == [
        {"row": 5, "reference": "", "field": "price", "message": "It is bad."}
    ]
    assert [row["field"] for row in errors["results"]] == [None, None]
    problem(staff.get(job["url"], {"page": "3", "page_size": "2"}), 404, "not-found")
    problem(staff.get("/api/products/bulk/99/"), 404, "not-found")


def test_a_dry_run_is_one_and_the_same_key_is_the_same_job(staff, store):
    key = {"HTTP_IDEMPOTENCY_KEY": KEY}
    first = send(staff, query="dry_run=1", content_type="application/x-www-form-urlencoded", **key).json()
    assert first["dry_run"] and first["brought_in"]["new"] == 0
    assert send(staff, query="dry_run=1", **key).json()["id"] == first["id"]


def test_what_cannot_be_taken_is_refused_with_the_reason(staff, store, monkeypatch):
    assert problem(send(staff, "title\nEmma\n"), 400, "invalid") == ["file"]
    assert problem(send(staff, ""), 400, "invalid") == ["file"]
    assert problem(send(staff, query="dry_run=yes"), 400, "invalid") == ["dry_run"]
    problem(send(staff, content_type="multipart/form-data; boundary=x"), 415, "unsupported-media-type")
    monkeypatch.setattr(bulk, "LARGEST_FILE_BYTES", 10)
    problem(send(staff), 413, "too-large")
    assert not store.files


def test_without_the_store_it_is_told_when_to_come_again(staff):
    for answer in (send(staff), staff.get("/api/products/bulk/1/")):
        problem(answer, 503, "store-away")
        assert answer["Retry-After"]


def test_a_file_has_names_of_its_own_and_the_job_shows_what_they_were_taken_for(staff, store):
    job = send(staff, "EAN,title,notes\n9780141439587,Emma,x\n", "column=EAN:isbn13").json()
    assert store.files[job["id"]][1]["column"] == ["EAN:isbn13"]
    fields = {"EAN": "isbn13", "title": "title", "notes": None}
    assert {one["name"]: one["field"] for one in job["columns"]} == fields and job["not_understood"] == ["notes"]


def test_everybody_finds_their_own_files_and_owners_all(staff, in_group, store):
    office, other = in_group(roles.OFFICE), in_group(roles.PRODUCTS)
    first, second, third = (send(client).json() for client in (office, office, other))
    page = office.get("/api/products/bulk/", {"page_size": "1"}).json()
    assert (page["count"], [job["id"] for job in page["results"]]) == (2, [second["id"]])
    assert office.get(page["next"]).json()["results"][0]["id"] == first["id"]
    problem(office.get("/api/products/bulk/", {"page": "3"}), 404, "not-found")
    assert staff.get("/api/products/bulk/").json()["count"] == 3 == len({first["id"], second["id"], third["id"]})
    problem(office.get(third["url"]), 404, "not-found")
    assert staff.get(third["url"]).status_code == office.get(first["url"]).status_code == 200


def test_only_those_who_may_write_books_send_and_watch(hers, in_group, store):
    for client in (hers, in_group(roles.ORDERS)):
        problem(client.get("/api/products/bulk/"), 403, "forbidden")
        problem(send(client), 403, "forbidden")
        problem(client.get("/api/products/bulk/1/"), 403, "forbidden")
    assert not store.files
    assert send(in_group(roles.OFFICE)).status_code == 202
