"""Staff write books by the documented calls: through to the store, which owns them, and back by its feed."""

import threading

import pytest
from asking import KEY, problem, program
from django.core.management import call_command
from django.db import connection
from rest_framework.test import APIClient

from shop.staff import roles

pytestmark = pytest.mark.django_db(transaction=True)
EMMA = {"isbn13": "9780141439587", "title": "Emma", "price": "9.50"}


def test_a_book_is_added_there_and_found_here_after_the_next_reading(staff, guest, store):
    answer = staff.post("/api/products/", {**EMMA, "categories": [["Fiction"]]}, headers={"Idempotency-Key": KEY})
    book = answer.json()
    assert answer.status_code == 201 and answer["Location"] == book["url"], answer.content
    assert (book["isbn13"], book["title"], book["price"], book["version"]) == (*EMMA.values(), 1)
    problem(guest.get(book["url"]), 404, "not-found")
    call_command("sync_books")
    assert guest.get(book["url"]).json()["title"] == "Emma"
    assert [who for who, _, _ in store.writes.values()] == ["olga@example.org"]


def test_the_answer_that_was_lost_comes_again_for_the_same_key(staff, store):
    store.faults.append("swallow")
    lost = staff.post("/api/products/", EMMA, headers={"Idempotency-Key": KEY})
    problem(lost, 503, "store-away")
    assert lost["Retry-After"]
    again = staff.post("/api/products/", EMMA, headers={"Idempotency-Key": KEY})
    assert again.status_code == 201 and len(store.writes) == 1
    problem(staff.post("/api/products/", {**EMMA, "title": "x"}, headers={"Idempotency-Key": KEY}), 422, "key-reused")
    assert problem(staff.post("/api/products/", EMMA, headers={"Idempotency-Key": "x"}), 400, "invalid")


def test_the_same_write_again_is_answered_as_the_first_time_and_another_refused(staff, store):
    call_command("sync_books")
    calls = [
        (staff.post, "/api/products/", EMMA),
        (staff.patch, "/api/products/1/", {"price": "7.00"}),
        (staff.put, "/api/products/1/", EMMA),
        (staff.delete, "/api/products/1/", None),
    ]
    for number, (call, path, body) in enumerate(calls):
        repeat = {"Idempotency-Key": f"{KEY}-{number}"}
        first = call(path, body, headers=repeat)
        assert staff.patch("/api/products/1/", {"price": f"{8 + number}.00"}).status_code == 200
        again = call(path, body, headers=repeat)
        assert (again.status_code, again.content) == (first.status_code, first.content)
        assert "Idempotency-Replayed" not in first and again["Idempotency-Replayed"] == "true"
        problem(call(path, {"title": "x", "no": 1}, headers=repeat), 422, "key-reused")
    assert len(store.writes) == 8


def test_a_write_whose_answer_was_lost_is_not_refused_for_what_it_did_itself(staff, guest, store):
    call_command("sync_books")
    seen = {"If-Match": guest.get("/api/products/1/")["ETag"]}
    store.faults.append("swallow")
    problem(
        staff.patch("/api/products/1/", {"price": "7.00"}, headers={"Idempotency-Key": KEY, **seen}), 503, "store-away"
    )
    call_command("sync_books")
    again = staff.patch("/api/products/1/", {"price": "7.00"}, headers={"Idempotency-Key": KEY, **seen})
    assert (again.status_code, again.json()["price"]) == (200, "7.00") and len(store.writes) == 1
    other = {"Idempotency-Key": f"{KEY}-2", **seen}
    problem(staff.patch("/api/products/1/", {"price": "6.00"}, headers=other), 412, "changed")
    assert len(store.writes) == 1


def test_of_twins_at_once_one_writes(olga, store):
    answers = []

    def send():
        answers.append(program(olga).post("/api/products/", EMMA, headers={"Idempotency-Key": KEY}).status_code)
        connection.close()

    all_three = [threading.Thread(target=send) for _ in range(3)]
    [one.start() for one in all_three], [one.join() for one in all_three]
    assert len(store.writes) == 1 and set(answers) <= {201, 409} and 201 in answers


def test_a_key_that_is_empty_is_refused(staff, store):
    empty = {"Idempotency-Key": ""}
    calls = (
        staff.post("/api/products/", EMMA, headers=empty),
        staff.patch("/api/products/1/", {"price": "7.00"}, headers=empty),
        staff.generic("POST", "/api/products/bulk/", b"isbn13\n", content_type="text/csv", headers=empty),
    )
    for answer in calls:
        assert problem(answer, 400, "invalid") == ["Idempotency-Key"]
    assert not store.writes and not store.files


def test_a_book_is_changed_replaced_and_retired(staff, guest, store):
    call_command("sync_books")
    assert staff.patch("/api/products/1/", {"price": "7.00"}).json()["price"] == "7.00"
    assert staff.put("/api/products/1/", EMMA).json()["title"] == "Emma"
    assert staff.delete("/api/products/1/").status_code == 204
    call_command("sync_books")
    told = guest.get("/api/products/1/").json()
    assert (told["title"], told["retired"], told["list_price"]) == ("Emma", True, "9.50")
    problem(staff.patch("/api/products/77/", {"price": "7.00"}), 404, "not-found")


def test_what_is_wrong_is_named_by_its_field_by_the_shop_or_the_store(staff, store):
    asked = staff.post("/api/products/", {"title": "x", "free": 9, "id": 7})
    assert problem(asked, 400, "invalid") == ["free", "id"]
    assert problem(staff.post("/api/products/", {"title": "x"}), 400, "invalid") == ["isbn13", "price"]
    assert problem(staff.patch("/api/products/1/", {"price": "-1"}), 400, "invalid") == ["price"]
    assert not store.writes


def test_who_has_seen_it_otherwise_changes_nothing(staff, guest, store):
    call_command("sync_books")
    seen = guest.get("/api/products/1/")["ETag"]
    assert staff.patch("/api/products/1/", {"price": "7.00"}, headers={"If-Match": seen}).status_code == 200
    for _ in range(2):  # before the shop has heard of it, and afterwards
        late = staff.patch("/api/products/1/", {"price": "6.00"}, headers={"If-Match": seen})
        problem(late, 412, "changed")
        call_command("sync_books")
    assert len(store.writes) == 1


def test_without_the_store_nothing_is_half_done(staff, make_book):
    make_book(1)
    for answer in (staff.post("/api/products/", EMMA), staff.delete("/api/products/1/")):
        problem(answer, 503, "store-away")
    assert APIClient().get("/api/products/1/").json()["retired"] is False


def test_only_those_who_may_write_books_do(guest, hers, in_group, store):
    def calls(client):
        return (
            client.post("/api/products/", EMMA),
            client.put("/api/products/1/", EMMA),
            client.patch("/api/products/1/", {"price": "0.01"}),
            client.delete("/api/products/1/"),
        )

    for answer in calls(guest):
        problem(answer, 401, "unauthenticated")
    for client in (hers, in_group(roles.CUSTOMERS)):
        for answer in calls(client):
            problem(answer, 403, "forbidden")
    assert not store.writes
    assert [answer.status_code for answer in calls(in_group(roles.PRODUCTS))] == [201, 200, 200, 204]
