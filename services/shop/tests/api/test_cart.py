"""The cart by the documented calls: a guest's by its token, an account's by its owner, and never another's."""

import pytest
from asking import problem

from shop.cart.models import Cart, CartLine

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["guest", "hers", "staff"])
def shopper(request):
    return request.getfixturevalue(request.param)


def add(client, product_id, quantity=1):
    answer = client.post("/api/cart/", {"product_id": product_id, "quantity": quantity})
    if token := answer.headers.get("X-Cart-Token"):
        client.credentials(HTTP_X_CART_TOKEN=token)
    return answer


def test_the_documented_calls_work_as_they_are_written(shopper, make_book):
    make_book(1), make_book(2, price="5.00")
    line = add(shopper, 1, 2)
    assert line.status_code == 201 and (line.json()["product_id"], line.json()["quantity"]) == (1, 2)
    add(shopper, 2)
    changed = shopper.put(f"/api/cart/{line.json()['id']}/", {"quantity": 3})
    assert changed.status_code == 200 and (changed.json()["quantity"], changed.json()["total"]) == (3, "37.50")
    assert shopper.get("/api/cart/total/").json()["total"] == "42.50"
    cart = shopper.get("/api/cart/").json()
    assert [item["product_id"] for item in cart["items"]] == [1, 2] and cart["copies"] == 4
    assert shopper.delete("/api/cart/2/").status_code == shopper.delete("/api/cart/2/").status_code == 204
    assert shopper.get("/api/cart/").json()["total"] == "37.50"


def test_a_guest_without_a_cart_sees_an_empty_one_and_gets_no_row(guest):
    assert guest.get("/api/cart/").json()["items"] == [] and guest.get("/api/cart/total/").json()["total"] == "0.00"
    assert guest.delete("/api/cart/1/").status_code == 204
    problem(guest.put("/api/cart/1/", {"quantity": 1}), 404, "not-found")
    assert not Cart.objects.exists()


def test_nobody_opens_another_cart(guest, hers, his, make_book, client):
    """L28: neither by a number, nor by what the database or a cookie knows."""
    make_book(1)
    add(hers, 1)
    assert his.get("/api/cart/").json()["items"] == []
    problem(his.put("/api/cart/1/", {"quantity": 5}), 404, "not-found")
    his.delete("/api/cart/1/")
    assert CartLine.objects.get().quantity == 1
    key = str(CartLine.objects.get().cart_id)
    for forged in (key, key.replace("-", ""), f"{key}:x", "\x80", "x" * 5000):
        problem(guest.get("/api/cart/", headers={"X-Cart-Token": forged}), 400, "bad-cart-token")


def test_the_token_of_a_guest_opens_no_account_s_cart(guest, hers, make_book):
    from shop.api.visitors import SESSION_KEY, Visitor

    make_book(1)
    add(hers, 1)
    stolen = Visitor(None, {SESSION_KEY: str(CartLine.objects.get().cart_id)}).token
    assert guest.get("/api/cart/", headers={"X-Cart-Token": stolen}).json()["items"] == []


@pytest.mark.parametrize(
    "body,field",
    [
        ({"quantity": 1}, "product_id"),
        ({"product_id": "one", "quantity": 1}, "product_id"),
        ({"product_id": [1], "quantity": 1}, "product_id"),
        ({"product_id": 10**30, "quantity": 1}, "product_id"),
        ({"product_id": 1, "quantity": 0}, "quantity"),
        ({"product_id": 1, "quantity": 1_000_000}, "quantity"),
        ({"product_id": 1, "quantity": 1.5}, "quantity"),
        ({"product_id": 1, "quantity": None}, "quantity"),
        ({"product_id": 1, "price": "0.01"}, "price"),
    ],
)
def test_a_wrong_body_is_named_and_changes_nothing(guest, make_book, body, field):
    make_book(1)
    assert problem(guest.post("/api/cart/", body), 400, "invalid") == [field]
    assert not Cart.objects.exists()


@pytest.mark.parametrize("body", [b"[1]", b"{", b'{"a": NaN}', b"\xff", b'{"a": "\\ud800"}', b"[" * 100_000])
def test_what_is_no_json_object_is_refused(guest, body):
    problem(guest.generic("POST", "/api/cart/", body, content_type="application/json"), 400, "not-json")


def test_forms_and_floods_are_refused(guest):
    problem(
        guest.generic("POST", "/api/cart/", "a=1", content_type="application/x-www-form-urlencoded"),
        415,
        "unsupported-media-type",
    )
    flood = b'{"a": "' + b"x" * 300_000 + b'"}'
    problem(guest.generic("POST", "/api/cart/", flood, content_type="application/json"), 413, "too-large")


def test_what_is_not_sold_is_told(guest, make_book, now):
    make_book(1, retired_at=now), make_book(2, store_free=0)
    retired, none_left, unknown = (add(guest, product, 4) for product in (1, 2, 3))
    assert problem(retired, 409, "retired") == ["product_id"] and retired.json()["product_id"] == 1
    assert problem(none_left, 409, "out-of-stock") == ["quantity"]
    assert none_left.json()["short"] == [{"product_id": 2, "quantity": 4, "available": 0}]
    assert problem(unknown, 409, "unknown-product") == ["product_id"] and unknown.json()["product_id"] == 3
    make_book(4), add(guest, 4, 60)
    assert problem(add(guest, 4, 60), 409, "too-many-copies") == ["quantity"]


def test_a_coupon_is_tried_on_the_cart(shopper, make_book, make_coupon):
    make_book(1, price="20.00"), make_coupon("SAVE10")
    add(shopper, 1)
    total = shopper.get("/api/cart/total/", {"coupon": "save10"}).json()
    assert (total["goods"], total["saved"], total["total"]) == ("20.00", "2.00", "18.00")
    assert problem(shopper.get("/api/cart/", {"coupon": "NONE"}), 409, "unknown-coupon") == ["coupon"]


def test_a_cart_costs_the_same_for_two_books_and_for_twelve(hers, make_book, django_assert_num_queries):
    for pk in range(1, 13):
        make_book(pk)
        if pk in (2, 12):
            add(hers, 1), add(hers, pk)
            with django_assert_num_queries(3):
                hers.get("/api/cart/")
        elif pk > 2:
            add(hers, pk)


def test_a_guest_s_cart_comes_along_at_log_in(guest, hers, alice, make_book):
    make_book(1)
    add(guest, 1, 2)
    answer = guest.post("/auth/token/", {"username": alice.email, "password": "a-long-password"})
    assert answer.status_code == 200
    assert hers.get("/api/cart/").json()["copies"] == 2 and guest.get("/api/cart/").json()["copies"] == 0
