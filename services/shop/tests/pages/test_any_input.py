"""Whatever is written into an address or a form: a page, a redirect or a refusal, and never a mistake of ours."""

import logging
from uuid import UUID

import pytest
from addresses import addresses
from shopping import text

pytestmark = pytest.mark.django_db

ODD = {
    "int": ["1", "9" * 30],
    "uuid": [str(UUID(int=0))],
    "slug": ["paypal"],
    "heading": ["x", "a%00b/%F0%9F%93%9A"],
    "str": ["a%00b"],
    "path": ["../%00"],
}
NAMES = (
    "q order page in_stock price category author publisher language address key next book quantity by email login "
    "password password1 code name line1 postcode city country phone note payment checkout_key seen_total adjust gateway "
    "amount reason"
).split()
TYPED = {
    "NUL bytes": "a\0b",
    "20 kB each": "emma " * 4_000,
    "emoji and right to left": "📚👩🏽‍🚀 كتاب \u202e\u200f",
    "a number out of range": "-" + "9" * 40,
}


@pytest.fixture(params=["a guest", "Alice"])
def visitor(request, client, alice, make_book, settings):
    logging.disable(logging.ERROR)  # each refusal is logged, and pytest keeps it with all that was typed
    settings.ACCOUNT_RATE_LIMITS = False
    make_book(1)
    client.raise_request_exception = False
    if request.param == "Alice":
        client.force_login(alice)
    yield client
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("typed", TYPED.values(), ids=TYPED.keys())
def test_no_address_fails_whatever_is_asked(visitor, typed):
    asked = dict.fromkeys(NAMES, typed)
    everywhere = [(path, asked) for path in addresses(**ODD)]
    failed = [
        (path, answer.status_code)
        for path, query in [*everywhere, ("/books/", {**asked, "q": "", "category": "x"})]
        if (answer := visitor.get(path, query)).status_code >= 500
    ]
    assert failed == []


@pytest.mark.parametrize("typed", TYPED.values(), ids=TYPED.keys())
def test_no_form_fails_whatever_is_typed(visitor, alice, typed):
    failed, is_alice = [], "_auth_user_id" in visitor.session
    for path in addresses(**ODD):
        answer = visitor.post(path, dict.fromkeys(NAMES, typed))
        if answer.status_code >= 500:
            failed.append((path, answer.status_code))
        if is_alice and "_auth_user_id" not in visitor.session:
            visitor.force_login(alice)  # one of the addresses is to log out
    assert failed == []


def test_a_search_of_100_kb_is_answered(client, make_book):
    make_book(1, title="Emma")
    for typed in ("emma " * 20_000, "\0" * 100_000, "كتاب" * 25_000):
        assert client.get("/books/", {"q": typed}).status_code == 200


@pytest.mark.parametrize("path", ["/books/?order=cheapest", "/books/?page=0", "/books/?page=-1", "/books/?page=many"])
def test_an_unknown_order_or_page_shows_the_nearest_one(client, make_book, path):
    make_book(1)
    answer = client.get(path)
    assert answer.status_code == 200 and "Book 1" in text(answer)


def test_a_form_larger_than_a_megabyte_is_refused(client):
    answer = client.post("/accounts/login/", {"login": "x" * 1_000_001, "password": "x"})
    assert answer.status_code == 400


def test_a_file_sent_to_a_form_without_files_is_not_kept(client, make_book, tmp_path, settings):
    make_book(1)
    with (tmp_path / "page.html").open("w+b") as file:
        file.write(b"<script>alert(1)</script>")
        file.seek(0)
        assert client.post("/cart/add/", {"book": 1, "quantity": file}).status_code < 500
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "page.html"]
