"""Books as another service writes them: by the model's rules, once for each key, with the name of who did it."""

from uuid import uuid4

import pytest
from tests.conftest import all_is_told, isbn_number
from tests.lines import read_all, refusal

from store.api.models import BookWrite
from store.catalogue.models import FOR_NOTHING, Book, Category
from store_client import StoreUnavailable, Writer

pytestmark = pytest.mark.django_db(transaction=True)
NEW = {"isbn13": isbn_number(1), "title": "Emma", "price": "9.50"}


def by_olga(**more):
    return Writer("ölga@example.org", more.pop("key", None) or uuid4(), **more)


def fields_of(problem):
    assert (problem.status, problem.slug) == (422, "invalid")
    return [error.field for error in problem.errors]


@pytest.fixture
def shop(line_to_store):
    return line_to_store("books:write", "feeds:read")


@pytest.fixture
def classics(db):
    fiction = Category.objects.create(name="Fiction")
    return Category.objects.create(name="Classics", parent=fiction)


def test_a_book_is_added_changed_and_retired_and_the_feed_tells_of_each(shop, classics):
    _, after = read_all(shop.book_changes)
    whole = {**NEW, "isbn13": "0-14-143951-3", "authors": ["Jane Austen"], "categories": [["Fiction", "Classics"]]}
    added = shop.add_book(whole, by_olga())
    assert (added.isbn13, added.categories, added.currency) == ("9780141439518", (("Fiction", "Classics"),), "EUR")
    changed = shop.change_book(added.id, {"price": "7.00"}, by_olga())
    assert (str(changed.price), changed.authors) == ("7.00", ("Jane Austen",)) and changed.version > added.version
    put = shop.put_book(added.id, {**NEW, "title": "Emma, again"}, by_olga())
    assert (put.title, put.authors, put.categories, put.retired) == ("Emma, again", (), (), False)
    assert shop.retire_book(added.id, by_olga()).retired is True
    told, _ = read_all(lambda position: shop.book_changes(position or after))
    assert [(book.id, book.title, book.retired) for book in told] == [(added.id, "Emma, again", True)]
    assert shop.put_book(added.id, NEW, by_olga()).retired is True  # what it is, and not whether it is sold
    assert shop.change_book(added.id, {"retired": False}, by_olga()).retired is False


def test_who_did_it_and_what_it_was_before_is_kept(shop, staff):
    book = shop.add_book(NEW, by_olga())
    shop.change_book(book.id, {"price": "7.00", "title": "Emma"}, by_olga())
    first, second = BookWrite.objects.order_by("id")
    assert (first.actor, first.client, first.verb, first.changes["title"]) == (
        "ölga@example.org", "shop", "added", [None, "Emma"],
    )  # fmt: skip
    assert (second.verb, second.changes) == ("changed", {"price": ["9.50", "7.00"]})
    page = staff("office").get(f"/admin/api/bookwrite/{second.pk}/change/").content.decode()
    assert (
        "ölga@example.org" in page
        and "price: 9.50 → 7.00" in page
        and f"/admin/catalogue/book/{book.id}/change/" in page
    )
    assert staff("packer").get("/admin/api/bookwrite/").status_code == 403


def test_a_write_is_done_once_however_often_it_is_sent(shop):
    add, change = by_olga(), by_olga()
    first = shop.add_book(NEW, add)
    assert shop.add_book(NEW, add) == first and Book.objects.count() == 1
    shop.change_book(first.id, {"price": "7.00"}, change)
    shop.change_book(first.id, {"price": "8.00"}, by_olga())
    assert str(shop.change_book(first.id, {"price": "7.00"}, change).price) == "8.00"  # as it is now
    assert refusal(shop.add_book, {**NEW, "title": "Other"}, add).slug == "write-differs"
    assert refusal(shop.change_book, first.id, {"price": "1.00"}, change).slug == "write-differs"
    assert BookWrite.objects.count() == 3


def test_of_twins_with_one_key_one_writes(line_to_store, together):
    writer = by_olga()
    lines = [line_to_store("books:write") for _ in range(3)]
    books = together(*(lambda line=line: line.add_book(NEW, writer) for line in lines))
    assert len({book.id for book in books}) == Book.objects.count() == BookWrite.objects.count() == 1


def test_what_breaks_a_rule_is_named_by_its_field_and_nothing_is_kept(shop, books):
    wrong = {
        "isbn13": "9780141439510", "title": "", "price": "-1", "currency": "euro", "language": "english!",
        "format": "stone", "first_published": 30000, "authors": ["x" * 201], "categories": [["Fiction"]], "free": 7,
    }  # fmt: skip
    assert fields_of(refusal(shop.add_book, wrong, by_olga())) == ["free"]
    del wrong["free"]
    named = {field.partition(".")[0] for field in fields_of(refusal(shop.add_book, wrong, by_olga()))}
    assert named == set(wrong)
    assert set(fields_of(refusal(shop.add_book, {}, by_olga()))) == {"isbn13", "title", "price"}
    assert fields_of(refusal(shop.add_book, {**NEW, "isbn13": books[0].isbn13}, by_olga())) == ["isbn13"]
    assert fields_of(refusal(shop.change_book, books[1].id, {"isbn13": books[0].isbn13}, by_olga())) == ["isbn13"]
    assert refusal(shop.change_book, 10**30, {"price": "1.00"}, by_olga()).slug == "not-found"
    assert Book.objects.count() == 3 and not BookWrite.objects.exists()


def test_who_has_seen_an_older_version_changes_nothing(shop, books):
    all_is_told()
    seen = next(book for book in read_all(shop.book_changes)[0] if book.id == books[0].id)
    now = shop.change_book(seen.id, {"price": "7.00"}, by_olga(version=seen.version))
    assert refusal(shop.change_book, seen.id, {"price": "6.00"}, by_olga(version=seen.version)).status == 412
    assert refusal(shop.retire_book, seen.id, by_olga(version=seen.version)).slug == "changed-meanwhile"
    assert shop.retire_book(seen.id, by_olga(version=now.version)).retired


def test_only_the_scope_for_it_opens_these_doors(line_to_store, staff, books):
    reader = line_to_store("feeds:read", "orders:push", name="reader")
    for call in (
        lambda: reader.add_book(NEW, by_olga()),
        lambda: reader.put_book(books[0].id, NEW, by_olga()),
        lambda: reader.change_book(books[0].id, {"price": "1.00"}, by_olga()),
        lambda: reader.retire_book(books[0].id, by_olga()),
    ):
        with pytest.raises(StoreUnavailable, match="403"):
            call()
    assert staff("owner").delete(f"/api/books/{books[0].id}/").status_code == 403
    assert not BookWrite.objects.exists()


def test_a_price_of_nothing_is_refused_with_the_words_of_imports(shop):
    for write in (shop.add_book, lambda facts, who: shop.change_book(1, facts, who)):
        problem = refusal(write, NEW | {"price": "0.00"}, by_olga())
        assert fields_of(problem) == ["price"] and problem.errors[0].message == FOR_NOTHING


def test_a_write_without_a_key_or_a_name_is_refused(service):
    client = service("books:write")
    headers = {"Idempotency-Key": str(uuid4()), "X-Actor": "olga@example.org"}
    for lacking in headers:
        answer = client.post("/api/books/", NEW, format="json", headers=headers | {lacking: ""})
        assert answer.status_code == 400 and lacking in answer.json()["detail"]
    bad = client.patch("/api/books/1/", {"price": "1.00"}, format="json", headers=headers | {"If-Match": "W/x"})
    assert bad.status_code == 400 and "If-Match" in bad.json()["detail"]
