"""Wishlist, address book and reviews by the API: one's own, and nobody else's."""

import pytest
from asking import ADDRESS, order, problem

from shop.accounts.models import Address
from shop.orders.models import Order, OrderLine
from shop.orders.states import State
from shop.reviews.models import Review

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("path", ["/api/wishlist/", "/api/addresses/", "/api/addresses/1/", "/auth/me/"])
def test_guests_have_no_belongings(guest, path):
    problem(guest.get(path), 401, "unauthenticated")


def test_a_wishlist_is_filled_and_emptied(hers, his, make_book, django_assert_num_queries):
    for pk in (1, 2, 3):
        make_book(pk)
        for _ in range(2):
            assert hers.post("/api/wishlist/", {"product_id": pk}).status_code == 204
        if pk > 1:
            with django_assert_num_queries(4):  # who asks, how many, the page, its books
                assert hers.get("/api/wishlist/").json()["count"] == pk
    assert [row["product"]["id"] for row in hers.get("/api/wishlist/").json()["results"]] == [3, 2, 1]
    assert his.get("/api/wishlist/").json()["count"] == 0 and his.delete("/api/wishlist/1/").status_code == 204
    assert hers.delete("/api/wishlist/1/").status_code == hers.delete(f"/api/wishlist/{'9' * 30}/").status_code == 204
    assert hers.get("/api/wishlist/").json()["count"] == 2
    assert problem(hers.post("/api/wishlist/", {"product_id": 9}), 409, "unknown-product") == ["product_id"]


def test_an_address_book_is_kept(hers, his):
    first = hers.post("/api/addresses/", ADDRESS)
    assert first.status_code == 201 and first.json()["is_default"]
    second = hers.post("/api/addresses/", {**ADDRESS, "city": "Bonn", "is_default": True}).json()
    assert [entry["city"] for entry in hers.get("/api/addresses/").json()] == ["Bonn", "Berlin"]
    path = f"/api/addresses/{second['id']}/"
    assert hers.put(path, {**ADDRESS, "city": "Ulm"}).json()["city"] == "Ulm"
    assert problem(hers.put(path, {**ADDRESS, "user": 1, "country": "XX"}), 400, "invalid") == ["user"]
    for answer in (his.get(path), his.put(path, ADDRESS), his.delete(path)):
        problem(answer, 404, "not-found")
    assert hers.delete(path).status_code == 204 and Address.objects.get().is_default


def test_reviews_are_read_by_all_and_written_by_buyers(guest, hers, make_book):
    bought = make_book(1)
    body = {"rating": 5, "text": "A book to keep.", "signature": "A."}
    problem(guest.post("/api/products/1/reviews/", body), 401, "unauthenticated")
    problem(hers.post("/api/products/1/reviews/", body), 403, "not-bought")
    order(hers, (bought, 1))
    Order.objects.update(state=State.SHIPPED)
    OrderLine.objects.update(shipped=1)
    written = hers.post("/api/products/1/reviews/", body)
    assert written.status_code == 201 and written.json()["state"] == "waiting"
    assert guest.get("/api/products/1/reviews/").json()["results"] == []
    Review.objects.update(state="approved")
    assert [row["text"] for row in guest.get("/api/products/1/reviews/").json()["results"]] == [body["text"]]
    assert problem(hers.post("/api/products/1/reviews/", {**body, "rating": 6}), 400, "invalid") == ["rating"]
    problem(guest.get("/api/products/2/reviews/"), 404, "not-found")
