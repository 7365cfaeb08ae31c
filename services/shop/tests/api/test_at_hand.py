"""What a process has just told it tells again at once: word for word as in the ordinary way, and only to whom it may."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from asking import problem, program
from django.core.management import call_command
from django.db import connection

from shop.api import at_hand, lookout
from shop.api.at_hand import Kept, Shelf
from shop.api.models import LogIn
from shop.api.products import Products
from shop.catalogue.models import Book
from shop.staff import maintenance

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/api/products/?page_size=100"


@pytest.fixture
def kept(guest, make_book):
    """The answer that is at hand."""
    make_book(1)
    return guest.get(LIST)


@pytest.fixture
def nobody_works(monkeypatch, kept):
    """Whoever comes to the door itself fails."""
    monkeypatch.setattr(Products, "get", lambda door, request: 1 / 0)


def told(answer):
    return answer.status_code, answer.content, sorted(answer.headers.items())


@pytest.mark.parametrize("who", ["guest", "hers", "staff"])
def test_everybody_is_told_again_without_a_statement_of_the_ordinary_way(
    request, who, nobody_works, django_assert_num_queries
):
    client = request.getfixturevalue(who)
    with django_assert_num_queries(0):
        assert client.get(LIST).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"If-None-Match": "the same"},
        {"If-None-Match": '"another"'},
        {"If-None-Match": "*"},
        {"If-Match": '"another"'},
        {"If-Modified-Since": "Thu, 26 Nov 2026 10:00:00 GMT"},
        {"Origin": "https://partner.example"},
        {"Accept": "text/html"},
        {"Authorization": "Bearer forged"},
        {"Authorization": "Basic YTpi"},
        {"Authorization": "Bearer"},
        {"Host": "localhost"},
        {"Host": "elsewhere.example"},
    ],
    ids=str,
)
def test_the_answer_is_that_of_the_ordinary_way_to_the_last_header(guest, kept, headers, settings):
    settings.CORS_ALLOWED_ORIGINS = ["https://partner.example"]
    headers = {name: kept["ETag"] if value == "the same" else value for name, value in headers.items()}
    quickly, again = told(guest.get(LIST, headers=headers)), told(guest.get(LIST, headers=headers))
    at_hand.shelf.clear()
    assert quickly == again == told(guest.get(LIST, headers=headers))


def test_other_verbs_and_other_addresses_are_not_meant(guest, kept):
    assert guest.head(LIST).content == b"" and guest.get("/api/products/?page_size=99").status_code == 200
    assert guest.post(LIST, {}).status_code == 401


def test_a_token_whose_log_in_is_over_opens_nothing(hers, his, bob, nobody_works):
    assert hers.get(LIST).status_code == his.get(LIST).status_code == 200
    LogIn.objects.exclude(user=bob).delete()
    problem(hers.get(LIST), 401, "unauthenticated")
    bob.is_active = False
    bob.save()
    problem(his.get(LIST), 401, "unauthenticated")


def test_a_token_with_few_rights_reads_what_everybody_may(alice, nobody_works):
    LogIn.objects.filter(user=alice).update(scope="orders:read")
    client = program(alice)
    assert client.get(LIST).status_code == 200


def test_what_is_at_hand_counts_as_much_as_all_else(guest, kept, hers, settings):
    settings.API_RATES = {**settings.API_RATES, "guest": "4/min", "customer": "1/min"}
    assert [guest.get(LIST).status_code for _ in range(4)] == [200, 200, 200, 429]
    assert [hers.get(LIST).status_code for _ in range(2)] == [200, 429]
    refused = guest.get(LIST)
    problem(refused, 429, "throttled")
    assert 0 < int(refused["Retry-After"]) <= 60


def test_while_the_shop_is_closed_nothing_is_at_hand(guest, kept, monkeypatch):
    monkeypatch.setattr(maintenance, "sign", maintenance.Sign())
    monkeypatch.setattr(maintenance, "LOOK_EVERY_S", 0)
    call_command("maintenance", "on")
    problem(guest.get(LIST), 503, "closed")


def test_a_look_that_fails_costs_time_and_no_answer(guest, kept):
    at_hand.shelf.clear(), guest.get(LIST), guest.get(LIST)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [at_hand.lookout._postgres.info.backend_pid])
    assert at_hand.lookout.look("SELECT 1", []) is None
    Book.objects.update(title="Persuasion")
    assert [guest.get(LIST).json()["results"][0]["title"] for _ in range(2)] == ["Persuasion"] * 2
    assert at_hand.lookout.look("SELECT 1; SELECT 2", []) == [(1,), (2,)]


def test_nobody_waits_long_for_a_turn(guest, kept, monkeypatch):
    monkeypatch.setattr(lookout, "TURN_WITHIN_S", 0.01)
    with at_hand.lookout._turn:
        assert guest.get(LIST).content == kept.content


def test_many_at_once_are_told_the_same_and_none_of_an_older_state(kept):
    def ask(number):
        try:
            client = program()
            return {client.get(LIST).json()["results"][0]["title"] for _ in range(5)}
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(ask, range(4))) == [{"Book 1"}] * 4
        Book.objects.update(title="Emma")
        assert list(threads.map(ask, range(4))) == [{"Emma"}] * 4


def test_the_shelf_has_an_end(monkeypatch):
    monkeypatch.setattr(at_hand, "MOST_BYTES", 10_000)
    shelf = Shelf()
    for number in range(5):
        shelf.put((str(number),), Kept("1", b"x" * 2_000, {}, until=10.0))
        assert shelf.find(("0",), seconds=1.0)
    held = [number for number in range(5) if shelf.find((str(number),), seconds=1.0)]
    assert held == [0, 3, 4]  # what is asked for stays
    assert shelf.find(("0",), seconds=11.0) is None
