"""ETags: nothing that has not changed is sent again, and nobody writes over what they have not seen."""

import threading

import pytest
from asking import ADDRESS, order, problem, program
from django.db import connection
from django.utils import timezone

from shop.accounts import addresses
from shop.accounts.models import Address

pytestmark = pytest.mark.django_db(transaction=True)
READS = (
    "/auth/me/",
    "/api/products/",
    "/api/products/1/",
    "/api/products/1/reviews/",
    "/api/categories/",
    "/api/cart/",
)
READS += ("/api/cart/1/", "/api/cart/total/", "/api/orders/", "/api/wishlist/", "/api/addresses/", "/api/schema/")


@pytest.fixture
def book(make_book):
    return make_book(1)


@pytest.fixture
def kept(alice):
    return addresses.add_address(alice, Address(**ADDRESS), now=timezone.now())


def test_every_read_has_a_tag_and_is_not_sent_again(hers, book):
    hers.post("/api/cart/", {"product_id": 1, "quantity": 1})
    number = order(hers, (book, 1)).json()["id"]
    for path in (*READS, f"/api/orders/{number}/", f"/api/orders/{number}/timeline/"):
        tag = hers.get(path)["ETag"]
        again = hers.get(path, headers={"If-None-Match": f"W/{tag}"})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag), path
        assert hers.get(path, headers={"If-None-Match": '"other"'}).status_code == 200
    hers.patch("/auth/me/", {"name": "Alice the second"})
    assert hers.get("/auth/me/", headers={"If-None-Match": hers.get("/api/cart/")["ETag"]}).status_code == 200
    problem(hers.get("/auth/me/", headers={"If-Match": '"other"'}), 412, "changed")


def test_what_changed_meanwhile_is_not_written_over(hers, kept):
    path = f"/api/addresses/{kept.pk}/"
    seen = hers.get(path)["ETag"]
    assert hers.put(path, {**ADDRESS, "city": "Hamburg"}, headers={"If-Match": seen}).status_code == 200
    for answer in (
        hers.put(path, {**ADDRESS, "city": "Bremen"}, headers={"If-Match": seen}),
        hers.delete(path, headers={"If-Match": seen}),
        hers.put(path, {**ADDRESS, "city": "Bremen"}, headers={"If-Match": "nonsense"}),
    ):
        problem(answer, 412, "changed")
    assert Address.objects.get().city == "Hamburg"
    seen = hers.get(path)["ETag"]
    assert (
        hers.put(path, ADDRESS, headers={"If-Match": f'"other", W/{seen}'}).status_code == 200
    )  # as nginx compresses it
    assert hers.delete(path, headers={"If-Match": "*"}).status_code == 204
    problem(hers.delete(path, headers={"If-Match": "*"}), 404, "not-found")


def test_an_order_that_went_on_is_not_cancelled_by_who_has_not_seen_it(hers, book):
    number = order(hers, (book, 1)).json()["id"]
    path = f"/api/orders/{number}/"
    seen = hers.get(path)["ETag"]
    hers.delete(path)
    problem(hers.delete(path, headers={"If-Match": seen}), 412, "changed")
    assert hers.delete(path, headers={"If-Match": hers.get(path)["ETag"]}).status_code == 202


def test_a_cart_s_line_is_read_and_changed_only_as_it_was_seen(guest, book):
    token = {"X-Cart-Token": guest.post("/api/cart/", {"product_id": 1, "quantity": 1})["X-Cart-Token"]}
    seen = guest.get("/api/cart/1/", headers=token)
    assert seen.json()["quantity"] == 1
    condition = {**token, "If-Match": seen["ETag"]}
    assert guest.put("/api/cart/1/", {"quantity": 2}, headers=condition).status_code == 200
    problem(guest.put("/api/cart/1/", {"quantity": 3}, headers=condition), 412, "changed")
    problem(guest.get("/api/cart/2/", headers=token), 404, "not-found")


def test_what_is_never_read_cannot_have_been_seen(hers, book):
    hers.post("/api/wishlist/", {"product_id": 1})
    problem(hers.delete("/api/wishlist/1/", headers={"If-Match": '"x"'}), 412, "changed")
    assert hers.get("/api/wishlist/").json()["count"] == 1


def test_whatever_is_there_is_good_enough_for_who_asks_for_no_more(hers, staff, book, bob):
    hers.post("/api/wishlist/", {"product_id": 1})
    any_of_it = {"If-Match": "*"}
    assert hers.delete("/api/wishlist/1/", headers=any_of_it).status_code == 204
    assert hers.get("/api/wishlist/").json()["count"] == 0
    problem(hers.delete("/api/wishlist/1/", headers=any_of_it), 412, "changed")
    problem(hers.delete(f"/api/wishlist/{10**18}/", headers=any_of_it), 412, "changed")
    path = f"/api/groups/agent/members/{bob.pk}/"
    problem(staff.put(path, headers=any_of_it), 412, "changed")
    assert staff.put(path).status_code == 204
    assert staff.put(path, headers=any_of_it).status_code == 204
    assert staff.delete(path, headers=any_of_it).status_code == 204
    problem(staff.delete(path, headers=any_of_it), 412, "changed")
    problem(staff.delete("/api/groups/nobodies/members/7/", headers=any_of_it), 404, "not-found")
    problem(hers.delete(path, headers=any_of_it), 403, "forbidden")


def test_of_many_who_write_over_the_same_one_does(alice, kept):
    """Lost updates: each has read the same, and only the first may write; the others are told, not overwritten."""
    path, start, answers = f"/api/addresses/{kept.pk}/", threading.Barrier(6), []
    clients = [program(alice) for _ in range(6)]
    seen = {"If-Match": clients[0].get(path)["ETag"]}

    def write(client, city):
        start.wait()
        answers.append((client.put(path, {**ADDRESS, "city": city}, headers=seen).status_code, city))
        connection.close()

    all_six = [threading.Thread(target=write, args=(client, f"City {n}")) for n, client in enumerate(clients)]
    [one.start() for one in all_six], [one.join() for one in all_six]
    assert sorted(status for status, _ in answers) == [200] + [412] * 5
    assert Address.objects.get().city == dict(answers)[200]


def test_who_comes_between_looking_and_writing_is_noticed(hers, kept, monkeypatch):
    """A page of the shop, which knows no ETags, writes at the worst moment: what it wrote stays."""
    from shop.api import conditions

    path, look = f"/api/addresses/{kept.pk}/", conditions.is_current
    seen = {"If-Match": hers.get(path)["ETag"]}

    def then_somebody_comes(*args):
        found = look(*args)
        other = threading.Thread(target=lambda: (Address.objects.update(city="Bremen"), connection.close()))
        other.start()
        other.join()
        return found

    monkeypatch.setattr(conditions, "is_current", then_somebody_comes)
    problem(hers.put(path, {**ADDRESS, "city": "Hamburg"}, headers=seen), 412, "changed")
    assert Address.objects.get().city == "Bremen"
