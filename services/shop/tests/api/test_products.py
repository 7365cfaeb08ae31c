"""GET /api/products/ finds what the pages find; guests, users and staff see the same books."""

import pytest
from asking import problem

from shop.api.products import PARAMETERS, ProductShape

pytestmark = pytest.mark.django_db
NARROWS = {  # each filter, and what lets one of two books through
    "search": "emma",
    "category": "fiction/classics",
    "author": "jane-austen",
    "publisher": "penguin",
    "series": "austen",
    "language": "en",
    "format": "paperback",
    "price": "5",
    "in_stock": "1",
}


def ids(answer):
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["results"]]


@pytest.mark.parametrize("who", ["guest", "hers", "staff"])
def test_everybody_reads_the_list_and_a_book(request, who, make_book, make_discount):
    client = request.getfixturevalue(who)
    make_discount(make_book(1, title="Emma", description="A novel."), percent="20")
    page = client.get("/api/products/").json()
    assert (page["count"], page["next"], page["previous"]) == (1, None, None)
    row = page["results"][0]
    assert (row["id"], row["title"], row["price"], row["list_price"]) == (1, "Emma", "10.00", "12.50")
    assert (row["currency"], row["available"], row["rating"]) == ("EUR", 10, None) and "description" not in row
    assert list(row) == list(ProductShape().fields)  # as it is described
    assert client.get("/api/products/1/").json() == {**row, "description": "A novel."}


def test_the_list_is_searched_filtered_and_ordered(guest, make_book):
    make_book(1, title="Emma", price="9.00", categories=[["Fiction", "Classics"]])
    make_book(2, title="Persuasion", price="7.00", categories=[["Fiction"]], series="Austen", series_number="2")
    make_book(3, title="A garden", price="20.00", authors=["Karel Capek"], store_free=0)
    assert ids(guest.get("/api/products/", {"ordering": "price"})) == [2, 1, 3]
    assert ids(guest.get("/api/products/", {"ordering": "-price"})) == [3, 1, 2]
    assert ids(guest.get("/api/products/")) == ids(guest.get("/api/products/", {"ordering": "-id"})) == [3, 2, 1]
    assert ids(guest.get("/api/products/", {"search": "emma"})) == [1]
    assert ids(guest.get("/api/products/", {"category": "fiction", "ordering": "title"})) == [1, 2]
    assert ids(guest.get("/api/products/", {"author": "karel-capek"})) == [3]
    assert ids(guest.get("/api/products/", {"in_stock": "1"})) == [2, 1]
    assert ids(guest.get("/api/products/", {"series": "austen"})) == [2]


def test_what_nobody_has_filed_a_book_under_is_an_empty_page_and_no_fault(guest, make_book):
    make_book(1, series="Austen", categories=[["Fiction"]])
    isbn = guest.get("/api/products/1/").json()["isbn13"]
    for kind in ("category", "author", "publisher", "language", "series"):
        for more in ({}, {"search": "book"}, {"series": "austen"} if kind != "series" else {"category": "fiction"}):
            empty = guest.get("/api/products/", {**more, kind: "unheard-of"})
            assert empty.status_code == 200, (kind, empty.content)
            assert empty.json() == {"count": 0, "next": None, "previous": None, "results": []}, kind
    assert ids(guest.get("/api/products/", {"series": "unheard-of", "search": isbn})) == []
    assert ids(guest.get("/api/products/", {"series": ""})) == [1]


@pytest.mark.parametrize("name,value", [("search", "978-0-14-143958-7"), *NARROWS.items()])
def test_each_filter_that_is_documented_narrows(guest, make_book, name, value):
    make_book(
        1,
        title="Emma",
        isbn13="9780141439587",
        publisher="Penguin",
        series="Austen",
        language="en",
        format="paperback",
        price="9.00",
        categories=[["Fiction", "Classics"]],
    )
    make_book(
        2,
        title="Krieg mit den Molchen",
        authors=["Karel Capek"],
        publisher="Aufbau",
        series="Capek",
        language="de",
        format="hardback",
        price="30.00",
        categories=[["Humour"]],
        store_free=0,
    )
    assert ids(guest.get("/api/products/")) == [2, 1]
    assert ids(guest.get("/api/products/", {name: value})) == [1]


def test_every_filter_of_the_description_is_tried():
    assert {*NARROWS, "ordering", "page", "page_size"} == {parameter.name for parameter in PARAMETERS}


def test_a_format_is_that_of_books_whatever_it_is_called(guest, make_book):
    make_book(1, format="json"), make_book(2, format="paperback")
    assert ids(guest.get("/api/products/", {"format": "json"})) == [1]
    assert ids(guest.get("/api/products/?format=json&format=paperback")) == [2, 1]


def test_pages_lead_to_each_other_and_end(guest, make_book):
    for pk in range(1, 6):
        make_book(pk)
    first = guest.get("/api/products/", {"page_size": "2"}).json()
    assert first["count"] == 5 and first["previous"] is None
    last = guest.get(guest.get(first["next"]).json()["next"]).json()
    assert [row["id"] for row in last["results"]] == [1] and last["next"] is None
    problem(guest.get("/api/products/", {"page": "4", "page_size": "2"}), 404, "not-found")


@pytest.mark.parametrize(
    "name,value", [("page", "0"), ("page", "x"), ("page_size", "101"), ("ordering", "cheapest"), ("in_stock", "yes")]
)
def test_what_makes_no_sense_is_named(guest, name, value):
    assert problem(guest.get("/api/products/", {name: value}), 400, "invalid") == [name]


def test_a_retired_book_is_not_listed_but_stays_known(guest, make_book, now):
    make_book(1, retired_at=now)
    assert ids(guest.get("/api/products/")) == []
    assert guest.get("/api/products/1/").json()["retired"] is True
    problem(guest.get("/api/products/2/"), 404, "not-found")
    problem(guest.get(f"/api/products/{'9' * 30}/"), 404, "not-found")


def test_a_list_costs_the_same_for_two_and_for_twenty(guest, make_book, django_assert_num_queries):
    for pk in (1, 2):
        make_book(pk)
    with django_assert_num_queries(2):
        guest.get("/api/products/")
    for pk in range(3, 21):
        make_book(pk)
    with django_assert_num_queries(2):
        assert len(ids(guest.get("/api/products/"))) == 20
    with django_assert_num_queries(1):
        guest.get("/api/products/1/")


def test_what_has_not_changed_is_not_sent_again_and_what_has_is(guest, make_book):
    book = make_book(1)
    first = guest.get("/api/products/1/")
    assert guest.get("/api/products/1/", headers={"If-None-Match": first["ETag"]}).status_code == 304
    book.store_free = 3
    book.save()
    again = guest.get("/api/products/1/", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 200 and again.json()["available"] == 3


def test_what_books_are_filed_under_is_listed(guest, make_book, django_assert_num_queries):
    make_book(1, authors=["Jane Austen"], publisher="Penguin", series="Classics", categories=[["Fiction", "Classics"]])
    make_book(2, authors=["Jane Austen"], categories=[["Fiction"]])
    with django_assert_num_queries(1):
        tree = guest.get("/api/categories/").json()
    assert [(root["slug"], root["name"], root["books"]) for root in tree] == [("fiction", "Fiction", 2)]
    assert [below["slug"] for below in tree[0]["children"]] == ["fiction/classics"]
    authors = guest.get("/api/authors/").json()
    assert authors["results"] == [{"slug": "jane-austen", "name": "Jane Austen", "books": 2}]
    for kind in ("publishers", "series"):
        with django_assert_num_queries(2):
            assert guest.get(f"/api/{kind}/").json()["count"] == 1
