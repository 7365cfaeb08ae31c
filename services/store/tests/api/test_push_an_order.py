"""The shop pushes orders: PUT /api/orders/<number>/."""

from uuid import uuid4

import pytest
from django.db import connection, transaction
from tests.conftest import NOW

from store.api.parsers import LARGEST_BODY_BYTES
from store.orders.models import Order, OrderEvent, OrderLine
from store.orders.operations import cancel_order
from store.orders.queries import books_with_wrong_level
from store.stock.models import StockLevel
from store.waiting import InProgress


def put(client, number, body):
    return client.put(f"/api/orders/{number}/", body, format="json")


def level(book):
    found = StockLevel.objects.get(book=book)
    return found.on_shelf, found.reserved


def nothing_was_kept():
    return not (Order.objects.exists() or OrderLine.objects.exists() or OrderEvent.objects.exists())


def test_a_new_order_is_received_and_its_copies_are_promised(shop, books, order_body):
    number = uuid4()
    answer = put(shop, number, order_body((books[0], 2), (books[1], 1)))
    assert answer.status_code == 201
    body = answer.json()
    assert (body["order"], body["status"], body["version"]) == (str(number), "received", 1)
    assert [event["status"] for event in body["events"]] == ["received"]
    assert body["events"][0]["lines"][0] == {"line": 1, "ordered": 2, "packed": 0, "shipped": 0, "short": 0}
    assert level(books[0]) == (3, 2)
    assert level(books[1]) == (1, 1)
    assert books_with_wrong_level() == []


def test_the_same_order_again_is_harmless(shop, books, order_body):
    """L4"""
    number, body = uuid4(), order_body((books[0], 2))
    first = put(shop, number, body)
    again = put(shop, number, body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again["Idempotency-Replayed"] == "true"
    assert again.json() == first.json()
    assert Order.objects.count() == 1
    assert level(books[0]) == (3, 2)


def test_the_same_order_written_otherwise_is_the_same_order(shop, books, order_body):
    number, body = uuid4(), order_body((books[0], 2))
    put(shop, number, body)
    otherwise = dict(reversed(body.items())) | {"placed_at": "2026-11-21T11:00:00+01:00", "total": "25.0"}
    assert put(shop, number, otherwise).status_code == 200


def test_the_number_with_other_lines_is_refused(shop, books, order_body):
    """L4"""
    number = uuid4()
    put(shop, number, order_body((books[0], 1)))
    answer = put(shop, number, order_body((books[0], 2)))
    assert answer.status_code == 409
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == "/problems/order-differs"
    assert level(books[0]) == (3, 1)


@pytest.mark.parametrize("said", [{}, {"if_short": "ship"}, {"if_short": "wait"}])
def test_what_the_customer_wants_if_copies_are_missing_stays_with_the_order(shop, books, order_body, said):
    """Shops of an earlier version say nothing of it, and mean that the rest is sent."""
    number, body = uuid4(), order_body((books[0], 1))
    assert put(shop, number, body | said).status_code == 201
    meant = said.get("if_short", "ship")
    assert shop.get(f"/api/orders/{number}/").json()["if_short"] == meant
    assert put(shop, number, body | {"if_short": meant}).status_code == 200
    assert put(shop, number, body).status_code == (409 if meant == "wait" else 200)


def test_another_wish_than_these_two_is_refused(shop, books, order_body):
    assert put(shop, uuid4(), order_body((books[0], 1)) | {"if_short": "guess"}).status_code == 422
    assert nothing_was_kept()


def test_a_replay_answers_200_though_a_book_was_retired_since(shop, books, order_body):
    number, body = uuid4(), order_body((books[0], 1))
    put(shop, number, body)
    books[0].retired = True
    books[0].save()
    assert put(shop, number, body).status_code == 200


def test_an_order_we_have_too_few_copies_for_is_rejected_for_good(shop, books, order_body):
    number, body = uuid4(), order_body((books[0], 1), (books[1], 2))
    answer = put(shop, number, body)
    assert answer.status_code == 409
    problem = answer.json()
    assert problem["type"] == "/problems/out-of-stock"
    short = [{"line": 2, "book": books[1].id, "isbn13": books[1].isbn13, "wanted": 2, "free": 1}]
    assert problem["short"] == short
    assert [(event["status"], event["version"]) for event in problem["events"]] == [("rejected", 1)]
    assert problem["events"][0]["lines"][1]["short"] == 1
    assert level(books[0]) == (3, 0)
    again = put(shop, number, body)
    assert (again.status_code, again.json()) == (409, problem)


def test_two_lines_of_one_book_share_its_copies(shop, books, order_body):
    answer = put(shop, uuid4(), order_body((books[0], 2), (books[0], 2)))
    assert answer.status_code == 409
    assert [(line["line"], line["free"]) for line in answer.json()["short"]] == [(2, 1)]
    assert put(shop, uuid4(), order_body((books[0], 2), (books[0], 1))).status_code == 201
    assert level(books[0]) == (3, 3)


def test_an_order_after_its_cancel_is_gone(shop, books, order_body):
    number = uuid4()
    assert shop.put(f"/api/orders/{number}/cancel/", {"reason": "changed my mind"}, format="json").status_code == 201
    answer = put(shop, number, order_body((books[0], 1)))
    assert answer.status_code == 410
    assert answer.json()["type"] == "/problems/order-cancelled"
    assert level(books[0]) == (3, 0)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"lines": []}, "lines"),
        ({"lines": None}, "lines"),
        ({"currency": "euro"}, "currency"),
        ({"total": "-1"}, "total"),
        ({"total": "NaN"}, "total"),
        ({"placed_at": "yesterday"}, "placed_at"),
        ({"payment": "Beads & shells"}, "payment"),
        ({"note": "a\x00b"}, "note"),
        ({"ship_to": {"name": "Alice"}}, "ship_to.line1"),
    ],
)
def test_an_order_that_is_not_valid_names_the_field_and_leaves_nothing(shop, books, order_body, change, field):
    """L8, L10"""
    answer = put(shop, uuid4(), order_body((books[0], 1)) | change)
    assert answer.status_code == 422
    assert answer.json()["type"] == "/problems/invalid"
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert nothing_was_kept()


@pytest.mark.parametrize("quantity", [0, -1, 100, 1_000_000, 10**30, "many", 1.5, None])
def test_a_quantity_outside_1_to_99_is_refused(shop, books, order_body, quantity):
    """L9"""
    body = order_body((books[0], 1))
    body["lines"][0]["quantity"] = quantity
    answer = put(shop, uuid4(), body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "lines.0.quantity"
    assert nothing_was_kept()


def test_a_country_nobody_knows_is_refused(shop, books, order_body):
    body = order_body((books[0], 1))
    body["ship_to"]["country"] = "XX"
    answer = put(shop, uuid4(), body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "ship_to.country")


def test_more_than_100_lines_are_refused(shop, books, order_body):
    assert put(shop, uuid4(), order_body(*[(books[0], 1)] * 101)).status_code == 422


def test_an_unknown_or_retired_book_keeps_nothing_of_the_order(shop, books, order_body):
    """L8"""
    books[1].retired = True
    books[1].save()
    body = order_body((books[0], 1), (books[1], 1), (books[2], 1))
    body["lines"][2]["book"] = 999_999
    answer = put(shop, uuid4(), body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["lines.1.book", "lines.2.book"]
    assert "Jane Eyre" in answer.json()["errors"][0]["message"]
    assert nothing_was_kept()
    assert level(books[0]) == (3, 0)


def test_a_book_id_under_another_isbn_is_refused(shop, books, order_body):
    body = order_body((books[0], 1))
    body["lines"][0]["isbn13"] = books[1].isbn13
    answer = put(shop, uuid4(), body)
    assert answer.status_code == 422
    assert books[0].isbn13 in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[" * 100_000, b'{"total": NaN}', b"<html>"])
def test_a_body_that_is_not_json_is_told_so(shop, body):
    answer = shop.put(f"/api/orders/{uuid4()}/", body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["type"] == "/problems/not-json"


def test_a_body_of_the_wrong_shape_is_refused(shop):
    assert shop.put(f"/api/orders/{uuid4()}/", b"[]", content_type="application/json").status_code == 422


def test_a_body_over_256_kb_is_refused(shop, books, order_body):
    body = order_body((books[0], 1), note="x" * LARGEST_BODY_BYTES)
    assert put(shop, uuid4(), body).status_code == 413


def test_another_services_number_tells_nothing_of_its_order(shop, service, books, order_body):
    number, body = uuid4(), order_body((books[0], 1))
    put(shop, number, body)
    other = service("orders:push", "feeds:read", name="other")
    answer = put(other, number, body)
    assert answer.status_code == 409
    assert "events" not in answer.json()
    assert other.get(f"/api/orders/{number}/").status_code == 404
    assert other.put(f"/api/orders/{number}/cancel/", {"reason": ""}, format="json").status_code == 404
    assert Order.objects.get().state == "received"


@pytest.mark.django_db(transaction=True)
def test_parallel_pushes_of_one_order_make_one_order(shop, books, order_body, together):
    """L4: whoever comes first, one 201 and one promise."""
    number, body = uuid4(), order_body((books[0], 1))
    token = shop._credentials or shop.defaults

    def push():
        from rest_framework.test import APIClient

        return put(APIClient(**token), number, body).status_code

    answers = together(*[push] * 12)
    assert sorted(answers) == [200] * 11 + [201]
    assert Order.objects.count() == 1
    assert OrderEvent.objects.count() == 1
    assert level(books[0]) == (3, 1)


@pytest.mark.django_db(transaction=True)
def test_parallel_pushes_with_two_bodies_keep_one_of_them(shop, books, order_body, together):
    number = uuid4()
    bodies = [order_body((books[0], 1)), order_body((books[0], 2))]
    calls = [lambda body=bodies[i % 2]: put(shop, number, body).status_code for i in range(10)]
    answers = together(*calls)
    assert sorted(answers) == [200] * 4 + [201] + [409] * 5
    assert Order.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_last_copy_is_promised_once(shop, books, order_body, together):
    """L7"""
    calls = [lambda: put(shop, uuid4(), order_body((books[1], 1))).status_code for _ in range(6)]
    assert sorted(together(*calls)) == [201] + [409] * 5
    assert level(books[1]) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_orders_of_the_same_books_in_any_order_do_not_deadlock(shop, books, order_body, together):
    from store.stock.models import Origin
    from store.stock.operations import Delivery, receive_copies

    with transaction.atomic():
        receive_copies([Delivery(book.id, 50) for book in books], origin=Origin.HAND, actor="olga@example.org", now=NOW)
    calls = []
    for n in range(12):
        wanted = [(book, 1) for book in (books if n % 2 else reversed(books))]
        calls.append(lambda wanted=wanted: put(shop, uuid4(), order_body(*wanted)).status_code)
    assert together(*calls) == [201] * 12
    assert books_with_wrong_level() == []


@pytest.mark.django_db(transaction=True)
def test_an_order_someone_else_is_writing_is_tried_again_later(shop, books, order_body, together):
    number = uuid4()
    from threading import Event

    written, answered = Event(), Event()

    def write_slowly():
        with transaction.atomic():
            Order.objects.create(number=number, client="shop", fingerprint="f", placed_at=NOW)
            written.set()
            assert answered.wait(10)
            transaction.set_rollback(True)

    def push():
        assert written.wait(10)
        try:
            return put(shop, number, order_body((books[0], 1)))
        finally:
            answered.set()

    _, answer = together(write_slowly, push)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/in-progress")
    assert answer["Retry-After"] == "1"
    assert nothing_was_kept()


@pytest.mark.django_db(transaction=True)
def test_a_cancel_and_its_order_at_once_never_leave_an_order_to_pack(shop, books, order_body, together):
    for _ in range(5):
        number = uuid4()
        together(
            lambda: put(shop, number, order_body((books[0], 1))),
            lambda: _cancel_until_done(number),
        )
        assert Order.objects.get(number=number).state == "cancelled"
    assert level(books[0]) == (3, 0)


def _cancel_until_done(number):
    while True:
        try:
            return cancel_order(number=number, client="shop", reason="", actor="shop", now=NOW)
        except InProgress:
            continue


@pytest.mark.django_db(transaction=True)
def test_a_database_session_killed_in_the_middle_leaves_nothing(shop, books, order_body):
    """L8: no half order; the next try makes it whole."""
    from unittest.mock import patch

    from store.orders import accepting

    number, body = uuid4(), order_body((books[0], 1))
    true_reserve = accepting._reserve

    def reserve_and_die(wants):
        true_reserve(wants)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with patch.object(accepting, "_reserve", reserve_and_die):
        assert put(shop, number, body).status_code == 503
    connection.close()
    assert nothing_was_kept()
    assert level(books[0]) == (3, 0)
    assert put(shop, number, body).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_orders_whose_sessions_are_killed_again_and_again_come_once_each(shop, books, order_body):
    """P2.3, short form: every session dies at its own step of the first try, and the next try makes the order whole."""
    from unittest.mock import patch

    from store.orders import accepting

    def dying(step):
        true_step = getattr(accepting, step)

        def die(*args, **options):
            done = true_step(*args, **options)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
            return done

        return patch.object(accepting, step, die)

    body = order_body((books[0], 1))
    for step in ("alone_with", "_reserve", "_line", "event_of"):
        number = uuid4()
        with dying(step):
            assert put(shop, number, body).status_code == 503
        connection.close()
        if level(books[0])[1] < 3:
            assert put(shop, number, body).status_code == 201
            assert put(shop, number, body).status_code == 200
    assert level(books[0]) == (3, 3) and Order.objects.count() == OrderEvent.objects.count() == 3
