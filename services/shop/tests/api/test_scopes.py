"""A token may be asked for with fewer rights than its person has; it never has more."""

import pytest
from asking import order, problem, program
from django.utils import timezone
from doors import CALLS, NOT_DESCRIBED, filled

from shop.api import scopes, tokens

pytestmark = pytest.mark.django_db


def scoped(user, scope):
    client = program()
    pair = tokens.begin(user, second_step=False, client="test", now=timezone.now(), scope=scope)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {pair.access}")
    return client, pair


# What tells everybody the same, and the doors that do not look who asks.
FREE = {
    ("GET", path)
    for path in (
        *("/api/products/", "/api/products/{product_id}/", "/api/products/{product_id}/reviews/"),
        *("/api/categories/", "/api/authors/", "/api/publishers/", "/api/series/"),
    )
} | {("POST", path) for path, verb, known in CALLS if path.startswith("/auth/") and not known}


def needed(path, verb):
    if (verb, path) in FREE:
        return None
    area = "account" if path.startswith("/auth/") else path.split("/")[2]
    return f"{area}:{'read' if verb == 'GET' else 'write'}"


@pytest.mark.parametrize("path,verb", [call[:2] for call in CALLS])
def test_every_door_needs_its_own_scope_and_none_of_the_others(olga, path, verb):
    its_own = needed(path, verb)
    others, _ = scoped(olga, " ".join(scopes.known() - {its_own}))
    answer = others.generic(verb, filled(path), "{}", content_type="application/json")
    if its_own:
        problem(answer, 403, "out-of-scope")
        assert answer.json()["needed"] == its_own
        fitting, _ = scoped(olga, its_own)
        answer = fitting.generic(verb, filled(path), "{}", content_type="application/json")
    assert answer.status_code not in (401, 403) or answer.json()["type"] != "/problems/out-of-scope"


@pytest.mark.parametrize("path", sorted(NOT_DESCRIBED))
def test_what_tells_everybody_the_same_needs_no_scope(olga, path):
    answer = scoped(olga, "wishlist:read")[0].get(path)
    assert answer.status_code == (200 if path.rstrip("/").endswith(("schema", "asyncapi", "docs")) else 404)


def test_a_verb_that_a_door_has_not_needs_no_scope(olga):
    problem(scoped(olga, "wishlist:read")[0].delete("/api/authors/"), 405, "method-not-allowed")


def test_books_are_written_by_who_may_with_a_token_for_it_alone(olga, make_book):
    make_book(1)
    reader, _ = scoped(olga, "orders:read products:read")
    for verb, path in (("post", ""), ("put", "1/"), ("patch", "1/"), ("delete", "1/")):
        answer = getattr(reader, verb)(f"/api/products/{path}", {"price": "1.00"})
        problem(answer, 403, "out-of-scope")
        assert answer.json()["needed"] == "products:write"


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


def test_there_are_the_scopes_that_doors_need_and_no_others():
    assert scopes.known() == {needed(*call[:2]) for call in CALLS} - {None}
    assert {"account:read", "orders:write", "products:read", "cart:read", "wishlist:write"} <= scopes.known()
    assert not {"authors:read", "authors:write", "asyncapi:read", "schema:read", "customers:write"} & scopes.known()
