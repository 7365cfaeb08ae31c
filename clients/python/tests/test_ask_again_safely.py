"""What may be repeated is repeated, what may not is not, and an order is placed once."""

from decimal import Decimal

import pytest
from conftest import order_told, problem

from bookshop_client import Changed, Impossible, Invalid, KeyReused, NotFound, Patience, Problem, TooFast, Unavailable


def test_an_order_is_asked_for_again_under_the_same_key_when_the_answer_is_lost(shop, client, pauses):
    shop.answers.extend(["hang up", (503, None), (201, order_told())])
    order = client.place_order({1: 2}, agreed_total=Decimal("28.9"))
    keys = {one.headers["Idempotency-Key"] for one in shop.asked}
    assert len(shop.asked) == 3 and len(keys) == 1 and len(keys.pop()) == 36
    assert shop.asked[0].body == {"cart_items": [{"product_id": 1, "quantity": 2}], "agreed_total": "28.90"}
    assert (order.total, order.placed_at.utcoffset().total_seconds()) == (Decimal("28.90"), 0)
    assert order.raw["something_new"] == [1] and pauses == [0.5, 1.0]


def test_each_order_has_a_key_of_its_own_unless_one_is_given(shop, client):
    shop.answers.extend([(201, order_told())] * 3)
    client.place_order()
    client.place_order()
    client.place_order(key="of-my-own-choosing")
    keys = [one.headers["Idempotency-Key"] for one in shop.asked]
    assert len(set(keys)) == 3 and keys[2] == "of-my-own-choosing"


def test_whatever_creates_something_has_a_key_and_is_asked_for_again_under_it(shop, client, pauses):
    line = {"product_id": 1, "title": "Emma", "quantity": 1, "price": "1.00", "total": "1.00", "problem": ""}
    busy = (*problem(409, "in-progress"), {"Retry-After": "1"})
    shop.answers.extend(["hang up", busy, (503, None), (201, line), (201, line)])
    assert client.add_to_cart(1).title == "Emma" and pauses == [0.5, 1.0, 2.0]
    client.add_to_cart(1, key="of-my-own-choosing")
    keys = [one.headers["Idempotency-Key"] for one in shop.asked]
    assert len(set(keys[:4])) == 1 and keys[4] == "of-my-own-choosing"
    shop.answers.extend([(204, None), (200, {"url": "https://bank.example/"}), (200, [])])
    client.wish_for(1)
    assert client.pay("1", "paypal") == "https://bank.example/" and client.call("POST", "/api/products/") == []
    assert all("Idempotency-Key" in one.headers for one in shop.asked)


def test_what_was_seen_is_not_read_twice_nor_written_over_when_it_has_changed(shop, client):
    shop.answers.extend([(200, order_told(), {"ETag": '"a"'}), (304, None), (200, order_told(), {"ETag": '"b"'})])
    seen = client.order("1")
    assert client.order("1", seen=seen) is seen and client.order("1", seen=seen).etag == '"b"'
    shop.answers.append(problem(412, "changed"))
    with pytest.raises(Changed):
        client.cancel_order("1", seen=seen)
    assert [one.headers.get("If-None-Match") for one in shop.asked] == [None, '"a"', '"a"', None]
    assert shop.asked[3].headers["If-Match"] == '"a"'
    shop.answers.append((200, order_told()))
    with pytest.raises(ValueError, match="by itself"):
        client.cancel_order("1", seen=client.cancel_order("1"))


def test_what_narrows_a_list_is_asked_for_with_each_of_its_pages(shop, client):
    page = {"count": 0, "next": None, "previous": None, "results": []}
    shop.answers.extend([(200, {**page, "next": "x"}), (200, page), (200, page)])
    list(client.products(in_stock=True, format=iter(["paperback", "ebook"])))
    list(client.products(in_stock=False, price=0, search=""))
    narrowed = "in_stock=1&format=paperback&format=ebook"
    assert [one.path for one in shop.asked] == [
        f"/api/products/?page_size=100&{narrowed}&page=1",
        f"/api/products/?page_size=100&{narrowed}&page=2",
        "/api/products/?page_size=100&in_stock=0&price=0&page=1",
    ]


def test_what_certainly_was_not_done_is_asked_again_whatever_it_is(shop, client, pauses):
    line = {"product_id": 1, "title": "Emma", "quantity": 1, "price": "1.00", "total": "1.00", "problem": ""}
    shop.answers.extend([(*problem(429, "throttled"), {"Retry-After": "7"}), (201, line, {"X-Cart-Token": "t"})])
    assert client.add_to_cart(1).title == "Emma" and pauses == [7] and client.cart_token == "t"


def test_nobody_at_the_other_end_is_unavailable_after_some_tries(pauses):
    from bookshop_client import Client

    client = Client("http://127.0.0.1:9", patience=Patience(tries=3, sleep=pauses.append, chance=lambda: 0.0))
    with pytest.raises(Unavailable):
        client.add_to_cart(1)  # no connection: it was not done
    assert pauses == [0.25, 0.5]


def test_retry_after_is_honoured_and_nobody_waits_for_hours(shop, client, pauses):
    shop.answers.append((*problem(429, "too-many-attempts"), {"Retry-After": "300"}))
    with pytest.raises(TooFast) as refusal:
        next(client.products())
    assert refusal.value.retry_after_s == 300 and pauses == []


def test_a_no_is_said_at_once_with_its_reasons(shop, client, pauses):
    shop.answers.append(problem(400, "invalid", errors=[{"field": "address.city", "message": "Missing."}]))
    with pytest.raises(Invalid, match=r"Not so\. address\.city: Missing\.") as refusal:
        client.place_order()
    assert refusal.value.fields == {"address.city": "Missing."}
    shop.answers.append(problem(409, "out-of-stock", short=[{"product_id": 3, "quantity": 2, "available": 1}]))
    with pytest.raises(Impossible) as short:
        client.place_order()
    assert (short.value.slug, short.value.short) == ("out-of-stock", {3: 1})
    shop.answers.append(problem(409, "unknown-coupon", errors=[{"field": "coupon", "message": "Not so."}]))
    with pytest.raises(Impossible, match=r"^Not so\.$") as unknown:
        client.place_order({3: 2})
    assert unknown.value.fields == {"coupon": "Not so."}
    for status, kind in ((404, NotFound), (422, KeyReused), (418, Problem)):
        shop.answers.append(problem(status))
        with pytest.raises(kind):
            client.order("1")
    assert pauses == [] and len(shop.asked) == 6


def test_a_redirect_or_a_page_in_place_of_an_answer_is_no_answer(shop, client):
    shop.answers.extend([(302, None, {"Location": "http://127.0.0.1:9/"}), (404, None)])
    for _ in range(2):
        with pytest.raises(Unavailable):
            client.product(1)


def test_lists_go_on_to_their_last_page_and_ask_for_no_more_than_is_read(shop, client):
    def page(slug: str, more: bool) -> tuple:
        here = {"slug": slug, "name": slug, "books": 1}
        return 200, {
            "count": 2,
            "next": "http://elsewhere.example/" if more else None,
            "previous": None,
            "results": [here],
        }

    shop.answers.extend([page("a", True), page("b", False)])
    names = client.headings("authors")
    assert next(names).slug == "a" and len(shop.asked) == 1
    assert [one.slug for one in names] == ["b"]
    assert shop.calls == ["GET /api/authors/?page_size=100&page=1", "GET /api/authors/?page_size=100&page=2"]
