"""A token may be asked for with fewer rights than its person has; it never has more."""

import pytest
from asking import order, problem, program
from django.utils import timezone

from shop.api import scopes, tokens

pytestmark = pytest.mark.django_db


def scoped(user, scope):
    client = program()
    pair = tokens.begin(user, second_step=False, client="test", now=timezone.now(), scope=scope)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {pair.access}")
    return client, pair


def test_staff_ask_for_fewer_rights_and_have_no_others(guest, hers, olga, make_book):
    number = order(hers, (make_book(1), 1)).json()["id"]
    asked = {"username": olga.email, "password": "a-long-password", "scope": "orders:read  account:read orders:read"}
    reader = program()
    reader.credentials(HTTP_AUTHORIZATION=f"Bearer {guest.post('/auth/token/', asked).json()['access']}")
    assert reader.get("/auth/me/").json()["scope"] == "account:read orders:read"
    assert reader.get(f"/api/orders/{number}/").status_code == 200 and reader.get("/api/products/").status_code == 200
    for answer, needed in (
        (reader.put(f"/api/orders/{number}/", {"status": "cancelled"}), "orders:write"),
        (reader.delete(f"/api/orders/{number}/"), "orders:write"),
        (reader.post("/api/products/1/reviews/", {}), "products:write"),
        (reader.get("/api/cart/"), "cart:read"),
        (reader.patch("/auth/me/", {"name": "x"}), "account:write"),
    ):
        problem(answer, 403, "out-of-scope")
        assert answer.json()["needed"] == needed


def test_a_scope_gives_nothing_that_the_person_has_not(bob, hers, make_book):
    number = order(hers, (make_book(1), 1)).json()["id"]
    his, _ = scoped(bob, "orders:read orders:write")
    problem(his.get(f"/api/orders/{number}/"), 404, "not-found")
    problem(his.put(f"/api/orders/{number}/", {"status": "cancelled"}), 403, "forbidden")


def test_neither_a_refresh_nor_a_new_password_widens_it(guest, alice):
    hers, pair = scoped(alice, "account:write")
    new = hers.post(
        "/auth/password/change/", {"old_password": "a-long-password", "password": "another-long-one"}
    ).json()
    again = guest.post("/auth/token/refresh/", {"refresh": new["refresh"]}).json()
    for access in (new["access"], again["access"]):
        answer = guest.get("/api/orders/", headers={"Authorization": f"Bearer {access}"})
        problem(answer, 403, "out-of-scope")


@pytest.mark.parametrize("scope", ["orders:delete", "everything", "schema:read", "x" * 400])
def test_a_scope_that_there_is_not_is_named(guest, alice, scope):
    wish = {"username": alice.email, "password": "a-long-password", "scope": scope}
    assert problem(guest.post("/auth/token/", wish), 400, "invalid") == ["scope"]


def test_every_area_of_the_doors_has_its_scopes():
    assert {
        "account:read",
        "orders:write",
        "products:write",
        "cart:read",
        "wishlist:read",
        "addresses:write",
    } <= scopes.known()
