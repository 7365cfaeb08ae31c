"""What holds for every page: CSRF, no change by GET, headers, and pages for errors."""

from uuid import uuid4

import pytest
from addresses import addresses
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client, RequestFactory
from django.urls import get_resolver
from django.utils import timezone
from django.views.defaults import server_error
from shopping import log_in, new_key, order, put_in_cart, text

from shop.chat import answering, operations
from shop.chat.models import Room
from shop.orders.models import Order

pytestmark = pytest.mark.django_db

CHANGING = [
    "/cart/add/",
    "/cart/clear/",
    "/cart/undo/",
    "/cart/lines/1/",
    "/cart/lines/1/remove/",
    "/wishlist/add/",
    "/wishlist/remove/",
    "/wishlist/move/",
    "/reviews/new/1/",
    "/reviews/1/delete/",
    "/checkout/",
    "/contact/",
    "/chat/",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/logout/",
    "/accounts/password/change/",
    "/accounts/password/reset/",
]
READING = [
    "/",
    "/books/",
    "/books/?q=emma&in_stock=1",
    "/books/1/book-1/",
    "/cart/",
    "/checkout/",
    "/orders/",
    "/wishlist/",
    "/reviews/",
    "/reviews/of/1/",
    "/account/",
    "/about/",
    "/help/",
    "/contact/",
    "/contact/?order=3F2A-99B1",
    "/contact/sent/",
    "/chat/",
    "/accounts/logout/",
    "/accounts/password/change/",
    "/robots.txt",
    "/favicon.ico",
    "/health/live",
    "/health/ready",
]


@pytest.mark.parametrize("path", CHANGING)
def test_no_change_without_a_csrf_token(alice, path):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice)
    answer = browser.post(path, {"book": "1"})
    assert answer.status_code == 403 and "Nothing was changed." in text(answer)


ONE = {"int": ["1"], "slug": ["paypal"], "heading": ["jane-austen"], "str": ["x"], "path": ["x"]}
# Notices of banks, which have no page of ours, are believed by their signature; programs by a token, and by no cookie; who
# stops letters by the sealed link of one of them.
WITHOUT_COOKIES = ("/payments/notices/", "/api/", "/auth/", "/letters/stop/")


@pytest.mark.parametrize("who", ["guest", "user"])
def test_no_address_takes_a_form_from_another_site(alice, who):
    browser = Client(enforce_csrf_checks=True)
    if who == "user":
        browser.force_login(alice)
    paths = [path for path in addresses(**ONE, uuid=[new_key()]) if not path.startswith(WITHOUT_COOKIES)]
    answers = {path: browser.post(path, {"book": "1"}, headers={"origin": "https://evil.example"}) for path in paths}
    assert [path for path, answer in answers.items() if answer.status_code != 403] == [] and len(answers) > 50


@pytest.mark.parametrize("path", [path for path in CHANGING if path.startswith(("/cart/", "/wishlist/"))])
def test_cart_and_wishlist_are_changed_by_post_alone(client, path):
    """L30"""
    assert client.get(path).status_code == 405


def rows():
    """Every table with its rows, except the sessions' own."""
    with connection.cursor() as cursor:
        tables = sorted(set(connection.introspection.table_names(cursor)) - {Session._meta.db_table})
        return {table: _content(cursor, table) for table in tables}


def _content(cursor, table):
    cursor.execute(f"SELECT md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), '')) FROM \"{table}\" t")
    return cursor.fetchone()


def a_talk(order, employee) -> Room:
    """About an order, with an answer that nobody has read and a message that nobody has read."""
    now = timezone.now()
    it = operations.Beginning(uuid4(), user=None, order=order, name="", email=order.email, text="And?", network="n")
    room = operations.begin(it, now=now)
    answering.answer(room.number, by=employee, text="Yes.", client_id=uuid4(), now=now)
    operations.say(room.number, text="Thanks", client_id=uuid4(), now=now)
    return room


@pytest.mark.parametrize("who", ["guest", "user"])
def test_reading_changes_nothing(client, alice, olga, make_book, who):
    """L30"""
    make_book(2)
    if who == "user":
        log_in(client, alice.email)
    put_in_cart(client, make_book(1))
    order(client)
    put_in_cart(client, make_book(3))
    room = a_talk(Order.objects.get(), olga)
    owner = Client()
    owner.force_login(olga)
    before = rows()
    for path in (f"{room.get_absolute_url()}?key={room.link_token}", room.get_absolute_url(), "/chat/"):
        assert client.get(path).status_code == 200
    for path in ("/admin/talks/", f"/admin/talks/{room.number}/"):
        assert owner.get(path).status_code == 200
    for path in [*READING, Order.objects.get().get_absolute_url()] * 2:
        assert client.get(path).status_code < 400
        assert client.head(path).status_code < 400
    for path in addresses(**ONE, uuid=[str(Order.objects.get().number)]):
        assert client.get(path).status_code < 500
    assert rows() == before


def test_every_page_forbids_what_it_does_not_need(client, make_book):
    make_book(1)
    for path in [*READING, "/nothing/"]:
        answer = client.get(path)
        policy = answer["Content-Security-Policy"]
        assert "default-src 'self'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
        assert answer["X-Content-Type-Options"] == "nosniff" and answer["Referrer-Policy"] == "same-origin"
        page = answer.content.decode()
        assert " style=" not in page and "<style" not in page and "<script>" not in page and " onclick=" not in page


@pytest.mark.parametrize("status", [200, 302, 400, 403, 404, 405, 500])
def test_the_headers_are_there_whatever_the_answer(client, monkeypatch, status):
    client.raise_request_exception = False
    monkeypatch.setattr("shop.catalogue.queries.categories", lambda **options: 1 / 0)
    answer = {
        200: lambda: client.get("/"),
        302: lambda: client.get("/orders/"),
        400: lambda: client.get("/", headers={"host": "evil.example"}),
        403: lambda: Client(enforce_csrf_checks=True).post("/cart/add/"),
        404: lambda: client.get("/nothing/"),
        405: lambda: client.get("/cart/add/"),
        500: lambda: client.get("/categories/"),
    }[status]()
    assert answer.status_code == status and "default-src 'self'" in answer["Content-Security-Policy"]
    wanted = {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    assert {name: answer[name] for name in wanted} == wanted


def test_cookies_cannot_be_read_by_scripts_or_sent_by_others(client, make_book):
    put_in_cart(client, make_book(1))
    client.get("/books/1/book-1/")
    client.get("/accounts/login/")
    assert {"sessionid", "csrftoken", "seen"} <= set(client.cookies)
    for cookie in filter(lambda cookie: cookie.value, client.cookies.values()):
        assert cookie["httponly"] and cookie["samesite"] == "Lax" and not cookie["domain"], cookie


def test_error_pages_wear_the_look_and_tell_nothing(client, alice, monkeypatch):
    assert "Nothing here" in text(client.get("/nothing/"))
    client.force_login(alice)
    refused = client.get("/admin/", follow=True)
    assert refused.status_code == 403 and "Not for you" in text(refused)
    monkeypatch.setattr("shop.catalogue.queries.page_of_books", lambda wish: 1 / 0)
    client.raise_request_exception = False
    with_trouble = client.get("/books/")
    assert with_trouble.status_code == 500 and "Our mistake" in text(with_trouble)
    assert "ZeroDivisionError" not in text(with_trouble)


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_who_loads_an_address_again_that_only_takes_a_form_reads_what_to_do(client, make_book, method):
    put_in_cart(client, make_book(1))
    answer = getattr(client, method)("/cart/add/")
    page = text(answer)
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "Nothing to load again" in page and "Nothing was changed." in page and "To the cart" in page
    assert 'href="/cart/"' in answer.content.decode() and len(client.get("/cart/").context["basket"].lines) == 1


@pytest.mark.parametrize("path", ["/api/categories/", "/auth/token/", "/payments/notices/test/"])
def test_programs_are_told_405_in_their_own_words(client, path):
    answer = client.delete(path)
    assert answer.status_code == 405 and "Nothing to load again" not in answer.content.decode()


def test_the_page_for_our_mistakes_asks_nothing_of_the_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert b"Our mistake" in server_error(RequestFactory().get("/")).content


def test_a_wrong_host_name_is_refused(client):
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400


def test_the_debug_toolbar_is_not_there():
    assert "djdt" not in get_resolver().namespace_dict


def test_crawlers_are_kept_out_of_private_pages(client):
    assert "Disallow: /orders/" in client.get("/robots.txt").content.decode()
    assert client.get("/favicon.ico").url == "/static/favicon.svg"
