"""The shop has copies kept for an order that is about to be placed: PUT and DELETE /api/holds/<number>/."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient
from tests.conftest import NOW

from store.holds.models import HOLD_MOVES, Hold, HoldLine, HoldState, IllegalMove
from store.holds.operations import Line, OutOfStock, lapse_due_holds, release_hold, take_hold
from store.orders.queries import books_with_wrong_level
from store.stock.models import BookItem, Origin, StockLevel
from store.stock.operations import Delivery, PromisedToOrders, note_count, receive_copies
from store.story.telling import story_of
from store.waiting import InProgress


def put(client, number, *wanted):
    lines = [{"line": n, "book": book.id, "quantity": quantity} for n, (book, quantity) in enumerate(wanted, start=1)]
    return client.put(f"/api/holds/{number}/", {"lines": lines}, format="json")


def delete(client, number):
    return client.delete(f"/api/holds/{number}/")


def hold(number, *wanted, now=NOW):
    lines = [Line(n, book.id, quantity) for n, (book, quantity) in enumerate(wanted, start=1)]
    return take_hold(number=number, client="shop", lines=lines, now=now)


def level(book):
    found = StockLevel.objects.get(book=book)
    return found.on_shelf, found.reserved


def slug(answer):
    return answer.status_code, answer.json()["type"].rpartition("/")[2]


def copies(book, number):
    with transaction.atomic():
        receive_copies([Delivery(book.id, number)], origin=Origin.HAND, actor="olga@example.org", now=NOW)


def test_held_copies_are_nobody_elses_until_the_time_is_over(shop, books, settings):
    number, before = uuid4(), timezone.now()
    answer = put(shop, number, (books[0], 2), (books[1], 1))
    assert answer.status_code == 201
    told = answer.json()
    assert (told["order"], told["state"]) == (str(number), "held")
    held_until = Hold.objects.get().held_until
    assert told["held_until"] == held_until.isoformat().replace("+00:00", "Z")
    assert settings.HOLD_S == 17 * 60
    assert timedelta(0) <= held_until - before - timedelta(minutes=17) < timedelta(seconds=30)
    assert (level(books[0]), level(books[1])) == ((3, 2), (1, 1))
    assert books_with_wrong_level() == []


def test_the_same_again_is_harmless_and_prolongs_nothing(shop, books):
    number = uuid4()
    first, again = put(shop, number, (books[0], 2)), put(shop, number, (books[0], 2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert level(books[0]) == (3, 2)


def test_a_shortage_names_every_short_line_and_holds_nothing(shop, books):
    answer = put(shop, uuid4(), (books[0], 2), (books[0], 2), (books[1], 1), (books[2], 1))
    assert slug(answer) == (409, "out-of-stock")
    assert answer.json()["short"] == [
        {"line": 2, "book": books[0].id, "wanted": 2, "free": 1},
        {"line": 4, "book": books[2].id, "wanted": 1, "free": 0},
    ]
    assert (Hold.objects.count(), HoldLine.objects.count(), level(books[0]), level(books[1])) == (0, 0, (3, 0), (1, 0))


def test_other_lines_need_a_release_first(shop, books):
    number = uuid4()
    put(shop, number, (books[0], 2))
    assert slug(put(shop, number, (books[0], 1))) == (409, "hold-differs")
    assert level(books[0]) == (3, 2)
    assert delete(shop, number).json() == {"order": str(number), "state": "released"}
    assert put(shop, number, (books[0], 1)).status_code == 201
    assert level(books[0]) == (3, 1)
    assert [each.state for each in Hold.objects.order_by("id")] == ["released", "held"]


def test_releasing_is_harmless_however_often_and_for_unknown_numbers(shop, books):
    number = uuid4()
    put(shop, number, (books[0], 2))
    assert [delete(shop, number).json()["state"] for _ in range(2)] == ["released", "released"]
    assert delete(shop, uuid4()).json()["state"] == "none"
    assert level(books[0]) == (3, 0)


def test_once_the_order_came_there_is_nothing_to_hold_or_release(shop, books, accept):
    number, without = uuid4(), uuid4()
    hold(number, (books[0], 1))
    accept((books[0], 1), number=number)
    accept((books[0], 1), number=without)
    for known in (number, without):
        assert slug(put(shop, known, (books[0], 1))) == (409, "hold-used")
        assert slug(delete(shop, known)) == (409, "hold-used")
    assert level(books[0]) == (3, 2)


def test_a_cancelled_number_is_not_held_again(shop, books):
    number = uuid4()
    put(shop, number, (books[0], 1))
    assert shop.put(f"/api/orders/{number}/cancel/", {"reason": ""}, format="json").status_code == 201
    assert level(books[0]) == (3, 0)
    assert slug(put(shop, number, (books[0], 1))) == (409, "hold-used")
    assert delete(shop, number).json()["state"] == "released"


def test_a_lapsed_hold_frees_its_copies_when_somebody_needs_them(books):
    """P4.4: no schedule runs here."""
    for _ in range(3):
        hold(uuid4(), (books[0], 1))
    soon, late = NOW + timedelta(minutes=16), NOW + timedelta(minutes=17)
    with pytest.raises(OutOfStock):
        hold(uuid4(), (books[0], 1), now=soon)
    hold(uuid4(), (books[0], 3), now=late)
    assert level(books[0]) == (3, 3)
    assert list(Hold.objects.order_by("id").values_list("state", "ended_at")) == [("lapsed", late)] * 3 + [
        ("held", None)
    ]
    assert books_with_wrong_level() == []


def test_a_lapsed_number_may_be_held_again_with_any_lines(books):
    number, late = uuid4(), NOW + timedelta(minutes=17)
    hold(number, (books[0], 2))
    again, new = hold(number, (books[0], 1), (books[1], 1), now=late)
    assert (new, again.held_until) == (True, late + timedelta(minutes=17))
    assert (level(books[0]), level(books[1])) == ((3, 1), (1, 1))


def test_releasing_a_lapsed_hold_gives_nothing_back_twice(shop, books):
    number = uuid4()
    hold(number, (books[0], 2))
    assert lapse_due_holds(now=NOW + timedelta(minutes=17)) == 1
    hold(uuid4(), (books[0], 3))
    assert delete(shop, number).json()["state"] == "released"
    assert level(books[0]) == (3, 3)


@pytest.mark.django_db(transaction=True)
def test_the_feed_tells_of_copies_whose_hold_has_lapsed(shop, books):
    """P4.4: reading is enough."""
    shop.get("/api/books/changes/")
    hold(uuid4(), (books[0], 2), (books[1], 1), now=timezone.now() - timedelta(minutes=18))
    assert level(books[0]) == (3, 2)
    with CaptureQueriesContext(connection) as queries:
        assert shop.get("/api/books/changes/").status_code == 200
    assert len(queries) == 3
    assert (level(books[0]), level(books[1])) == ((3, 0), (1, 0))
    assert Hold.objects.get().state == "lapsed"


@pytest.mark.django_db(transaction=True)
def test_a_poll_does_not_wait_long_for_a_hold_that_somebody_else_works_on(shop, books, together, monkeypatch):
    from threading import Event

    from store.holds import operations

    monkeypatch.setattr(operations, "LONGEST_WAIT_MS", 100)
    hold(uuid4(), (books[0], 2), now=timezone.now() - timedelta(minutes=18))
    locked, answered = Event(), Event()

    def work_slowly():
        with transaction.atomic():
            Hold.objects.select_for_update().get()
            locked.set()
            assert answered.wait(10)

    def poll():
        assert locked.wait(10)
        try:
            with pytest.raises(InProgress):
                lapse_due_holds(now=timezone.now())
            return shop.get("/api/books/changes/").status_code
        finally:
            answered.set()

    assert together(work_slowly, poll)[1] == 200
    assert lapse_due_holds(now=timezone.now()) == 1


@pytest.mark.parametrize(
    ("lines", "field"),
    [
        ([], "lines"),
        (None, "lines"),
        ([{"line": 1, "book": 1, "quantity": 0}], "lines.0.quantity"),
        ([{"line": 1, "book": 1, "quantity": 100}], "lines.0.quantity"),
        ([{"line": 1, "quantity": 1}], "lines.0.book"),
        ([{"line": 1, "book": 1, "quantity": 1}] * 2, "lines"),
        ([{"line": n, "book": 1, "quantity": 1} for n in range(1, 102)], "lines"),
        ([{"line": 1, "book": 999_999, "quantity": 1}], "lines.0.book"),
    ],
)
def test_a_hold_that_is_not_valid_names_the_field(shop, books, lines, field):
    """L9, L10"""
    answer = shop.put(f"/api/holds/{uuid4()}/", {"lines": lines}, format="json")
    assert slug(answer) == (422, "invalid")
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert not Hold.objects.exists()


def test_a_retired_book_is_not_held(shop, books):
    books[1].retired = True
    books[1].save()
    answer = put(shop, uuid4(), (books[0], 1), (books[1], 1))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "lines.1.book")
    assert level(books[0]) == (3, 0)


def test_holding_needs_the_scope_and_another_services_hold_is_not_touched(shop, service, staff, books):
    """L28, L31"""
    number = uuid4()
    assert put(APIClient(), number, (books[0], 1)).status_code == 401
    assert put(service("feeds:read", name="reader"), number, (books[0], 1)).status_code == 403
    assert delete(service("feeds:read", name="reader"), number).status_code == 403
    assert staff("owner").delete(f"/api/holds/{number}/").status_code == 403
    put(shop, number, (books[0], 1))
    other = service("orders:push", name="other")
    assert slug(put(other, number, (books[0], 1))) == (409, "hold-differs")
    assert delete(other, number).json()["state"] == "none"
    assert Hold.objects.get().state == "held"


def test_held_copies_are_not_written_off(books):
    hold(uuid4(), (books[1], 1))
    with pytest.raises(PromisedToOrders):
        note_count([BookItem.objects.get(barcode="B2-1").id], "missing", actor="olga@example.org", now=NOW)


def test_a_hold_makes_only_the_moves_of_the_table(books):
    held, _ = hold(uuid4(), (books[0], 1))
    for state in HoldState:
        for to in HoldState:
            held.state = state
            if to in HOLD_MOVES[state]:
                held.move_to(to, now=NOW)
            else:
                with pytest.raises(IllegalMove):
                    held.move_to(to, now=NOW)


def test_the_database_refuses_two_live_holds_of_a_number(books):
    held, _ = hold(uuid4(), (books[0], 1))
    with pytest.raises(IntegrityError), transaction.atomic():
        Hold.objects.create(number=held.number, client="shop", made_at=NOW, held_until=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Hold.objects.filter(pk=held.pk).update(state="released")  # without saying when


def test_a_hold_costs_the_same_for_one_line_and_for_a_hundred(shop, books):
    copies(books[2], 200)

    def statements(lines):
        with CaptureQueriesContext(connection) as queries:
            assert put(shop, uuid4(), *[(books[2], 1)] * lines).status_code == 201
        return len(queries)

    assert statements(100) == statements(1) <= 16


def test_olga_sees_why_copies_are_reserved_and_dan_has_no_use_for_it(staff, books):
    held, _ = hold(uuid4(), (books[0], 2))
    owner, packer = staff("owner"), staff("packer")
    assert str(held.number) in owner.get("/admin/holds/hold/").content.decode()
    assert owner.get(f"/admin/holds/hold/{held.id}/change/").status_code == 200
    assert packer.get("/admin/holds/hold/").status_code == 403


def test_the_story_of_a_number_begins_with_its_holds(books):
    number = uuid4()
    hold(number, (books[0], 2))
    release_hold(number=number, client="shop", now=NOW)
    told = [str(entry) for entry in story_of(number)]
    assert f"held 2 × book {books[0].id} for shop" in told[0]
    assert "the hold was released" in told[1]


@pytest.mark.django_db(transaction=True)
def test_parallel_identical_holds_hold_once(shop, books, together):
    """L4"""
    number = uuid4()
    answers = together(*[lambda: put(shop, number, (books[0], 1)).status_code] * 8)
    assert sorted(answers) == [200] * 7 + [201]
    assert level(books[0]) == (3, 1)


@pytest.mark.django_db(transaction=True)
def test_of_sixty_buyers_of_ten_copies_ten_get_one(books, together):
    """L7, P4.1: exactly as many as there are, and a clear no for the others."""
    copies(books[2], 10)

    def buy():
        while True:
            try:
                return hold(uuid4(), (books[2], 1))[0].state
            except OutOfStock as refusal:
                return refusal.short[0].free
            except InProgress:
                continue

    assert sorted(together(*[buy] * 60), key=str) == [0] * 50 + ["held"] * 10
    assert level(books[2]) == (10, 10)
    assert books_with_wrong_level() == []


@pytest.mark.django_db(transaction=True)
def test_a_hold_and_its_order_at_once_leave_no_hold_behind(shop, books, accept, together):
    for _ in range(5):
        number = uuid4()
        results = together(
            lambda: put(shop, number, (books[0], 1)).status_code, lambda: accept((books[0], 1), number=number).state
        )
        assert (results[0] in (201, 409), results[1]) == (True, "received")
        assert not Hold.objects.filter(number=number, state="held").exists()
        shop.put(f"/api/orders/{number}/cancel/", {"reason": ""}, format="json")
    assert level(books[0]) == (3, 0)


@pytest.mark.django_db(transaction=True)
def test_many_lines_over_many_books_do_not_deadlock(books, together, accept):
    """P4.3: holds, releases, lapses and orders cross in every order."""
    from random import Random

    for book in books:
        copies(book, 200)
    dice = Random(3)

    def shopper(seed):
        dice = Random(seed)

        def shop_around():
            for _ in range(5):
                wanted = [(book, dice.randint(1, 2)) for book in dice.sample(books, len(books))]
                number, until = uuid4(), NOW + timedelta(minutes=dice.choice([0, 20]))
                hold(number, *wanted, now=until)
                if dice.random() < 0.3:
                    release_hold(number=number, client="shop", now=until)
                elif dice.random() < 0.5:
                    accept(*wanted[:2], number=number)
            return "done"

        return shop_around

    assert together(*[shopper(dice.random()) for _ in range(10)]) == ["done"] * 10
    assert books_with_wrong_level() == []
