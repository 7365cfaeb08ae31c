"""What staff do by the documented calls: reading reviews, finding customers, putting people into groups; by permission."""

import pytest
from asking import problem, program
from django.contrib.admin.models import LogEntry
from django.utils import timezone

from shop.accounts.addresses import add_address
from shop.accounts.models import Address
from shop.notifications.models import Mail
from shop.reviews.models import Review
from shop.staff import roles

pytestmark = pytest.mark.django_db
HOME = {"name": "Alice Example", "line1": "1 High Street", "postcode": "10115", "city": "Berlin", "country": "DE"}


@pytest.fixture
def review(alice, make_book):
    words = {"rating": 4, "text": "A good book.", "written_at": timezone.now(), "version": 1}
    return Review.objects.create(user=alice, book=make_book(1, title="Emma"), **words)


def test_a_review_is_read_and_shown_and_its_writer_told_once(in_group, guest, review):
    staff, path = in_group(roles.CONTENT), f"/api/reviews/{review.pk}/"
    waiting = staff.get("/api/reviews/").json()["results"]
    assert [(one["id"], one["title"], one["version"]) for one in waiting] == [(review.pk, "Emma", 1)]
    for _ in range(2):  # an answer may be lost
        shown = staff.put(path, {"state": "approved", "version": 1})
        assert shown.status_code == 200 and shown.json()["state"] == "approved", shown.content
    assert guest.get("/api/products/1/reviews/").json()["count"] == 1
    assert staff.get("/api/reviews/").json()["count"] == 0
    assert staff.get("/api/reviews/", {"state": "approved"}).json()["count"] == 1
    assert Mail.objects.filter(kind="review_approved").count() == LogEntry.objects.count() == 1


def test_what_was_written_anew_is_not_decided_unread(staff, review):
    path = f"/api/reviews/{review.pk}/"
    problem(staff.put(path, {"state": "approved", "version": 0}), 412, "changed")
    assert problem(staff.put(path, {"state": "refused", "version": 1}), 400, "invalid") == ["reason"]
    assert problem(staff.put(path, {"state": "waiting", "version": 1}), 400, "invalid") == ["state"]
    told = staff.put(path, {"state": "refused", "version": 1, "reason": "Too short."}).json()
    assert (told["state"], told["reason"]) == ("refused", "Too short.")
    problem(staff.put("/api/reviews/99/", {"state": "approved", "version": 1}), 404, "not-found")
    assert problem(staff.get("/api/reviews/?state=lost"), 400, "invalid") == ["state"]


def test_who_may_only_look_at_reviews_decides_on_none(in_group, hers, review):
    path, yes = f"/api/reviews/{review.pk}/", {"state": "approved", "version": 1}
    agent = in_group(roles.AGENTS)
    assert agent.get(path).status_code == 200
    for client in (agent, hers, in_group(roles.PRODUCTS)):
        problem(client.put(path, yes), 403, "forbidden")
    for path in ("/api/reviews/", path):
        problem(hers.get(path), 403, "forbidden")
    review.refresh_from_db()
    assert review.state == "waiting"


def test_customers_are_found_by_those_who_may_see_them(in_group, alice, bob, olga, hers, staff):
    add_address(alice, Address(**HOME), now=timezone.now())
    manager = in_group(roles.CUSTOMERS)
    found = manager.get("/api/customers/", {"search": "ALI"}).json()["results"]
    assert [(one["email"], one["is_verified"], one["orders"], one["groups"]) for one in found] == [
        ("alice@example.org", True, 0, [])
    ]
    assert manager.get(f"/api/customers/{alice.pk}/").json()["name"] == "Alice"
    assert manager.get(f"/api/customers/{alice.pk}/addresses/").json()[0]["city"] == "Berlin"
    problem(manager.get(f"/api/customers/{olga.pk}/"), 404, "not-found")  # staff are for those who give roles
    assert staff.get(f"/api/customers/{olga.pk}/").json()["email"] == "olga@example.org"
    problem(in_group(roles.USERS).get(f"/api/customers/{alice.pk}/addresses/"), 403, "forbidden")
    for client in (hers, in_group(roles.OFFICE)):
        for path in ("", f"{alice.pk}/", f"{alice.pk}/addresses/"):
            problem(client.get(f"/api/customers/{path}"), 403, "forbidden")


def test_lists_of_people_cost_the_same_for_two_and_for_six(in_group, make_user, django_assert_num_queries):
    people = in_group(roles.USERS)
    for number in range(1, 7):
        make_user(f"Reader{number}")
        if number in (2, 6):
            with django_assert_num_queries(6):  # who asks, their groups' rights (2), how many, the page, its groups
                assert people.get("/api/customers/").json()["count"] == number + 1


def test_people_are_put_into_groups_and_taken_out_again(staff, bob):
    groups = {one["group"]: one for one in staff.get("/api/groups/").json()}
    assert groups["product-manager"]["is_yours_to_give"] and "catalogue.change_book" in groups["office"]["permissions"]
    path = f"/api/groups/product-manager/members/{bob.pk}/"
    for _ in range(2):
        assert staff.put(path).status_code == 204
    assert [one["id"] for one in staff.get("/api/groups/product-manager/members/").json()["results"]] == [bob.pk]
    bob.refresh_from_db()
    assert bob.is_staff and LogEntry.objects.get().change_message == "Roles: Product managers. (API)"
    for _ in range(2):
        assert staff.delete(path).status_code == 204
    bob.refresh_from_db()
    assert not bob.is_staff and not bob.groups.exists()
    for path in ("/api/groups/kings/members/", "/api/groups/office/members/99999/"):
        problem(staff.put(path) if path.endswith("99999/") else staff.get(path), 404, "not-found")


def test_nobody_gives_what_is_not_theirs_to_give(in_group, hers, alice, bob, olga):
    """L29"""
    manager = in_group(roles.USERS)
    refusals = {
        "owner": bob,  # more than a user manager may give
        "agent": olga,  # who holds more than they could give
    }
    for group, person in refusals.items():
        problem(manager.put(f"/api/groups/{group}/members/{person.pk}/"), 403, "not-yours-to-give")
    assert manager.put(f"/api/groups/agent/members/{bob.pk}/").status_code == 204
    me = manager.get("/api/customers/", {"search": "user-managers"}).json()["results"][0]["id"]
    problem(manager.put(f"/api/groups/agent/members/{me}/"), 403, "not-yours-to-give")
    for client in (hers, in_group(roles.OFFICE)):
        problem(client.get("/api/groups/"), 403, "forbidden")
        problem(client.get("/api/groups/owner/members/"), 403, "forbidden")
        problem(client.put(f"/api/groups/agent/members/{alice.pk}/"), 403, "forbidden")
        problem(client.delete(f"/api/groups/agent/members/{bob.pk}/"), 403, "forbidden")
    alice.refresh_from_db()
    assert not alice.is_staff and not alice.groups.exists()


def test_staff_without_the_second_step_open_none_of_it(olga, in_group, settings):
    settings.STAFF_TOTP = True
    problem(in_group(roles.USERS).get("/api/reviews/"), 403, "forbidden")  # no code would help them
    for path in ("/api/reviews/", "/api/customers/", "/api/groups/"):
        problem(program(olga).get(path), 403, "second-step")
        shown = program(olga, second_step=True)
        assert shown.get(path).status_code == shown.head(path).status_code == 200
