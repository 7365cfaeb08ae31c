"""One's own reviews by the API, in whatever state they are: read, changed, deleted, and by nobody else."""

import pytest
from asking import problem
from django.utils import timezone
from shopping import new_key

from shop.orders.models import Order, OrderLine
from shop.orders.states import State
from shop.reviews.models import Review

pytestmark = pytest.mark.django_db(transaction=True)
SAID = {"rating": 5, "text": "A book to keep.", "signature": "A."}


@pytest.fixture
def review(alice, make_book):
    """Alice's, of a book that she has bought; staff have refused it."""
    book = make_book(1, title="Emma")
    order = Order.objects.create(
        number=new_key(), checkout_key=new_key(), user=alice, email=alice.email, currency="EUR", total=1,
        placed_at=timezone.now(), state=State.SHIPPED,
    )  # fmt: skip
    OrderLine.objects.create(
        order=order, position=1, book=book, isbn13=book.isbn13, title="Emma", authors="", list_price=1, unit_price=1,
        quantity=1, shipped=1,
    )  # fmt: skip
    fields = {"state": "refused", "reason": "It tells the end.", "version": 2, "written_at": timezone.now(), **SAID}
    return Review.objects.create(user=alice, book=book, decided_at=timezone.now(), **fields)


def test_they_are_listed_with_their_state_and_why_one_is_not_shown(hers, his, review, make_book):
    (row,) = hers.get("/api/reviews/mine/").json()["results"]
    assert (row["id"], row["product_id"], row["title"]) == (review.pk, 1, "Emma")
    assert (row["state"], row["reason"], row["text"]) == ("refused", "It tells the end.", SAID["text"])
    assert hers.get(f"/api/reviews/mine/{review.pk}/").json() == row
    assert his.get("/api/reviews/mine/").json()["results"] == []


def test_a_list_of_them_costs_the_same_for_two_and_for_six(hers, alice, make_book, django_assert_num_queries):
    for pk in range(1, 7):
        Review.objects.create(user=alice, book=make_book(pk), written_at=timezone.now(), **SAID)
        if pk in (2, 6):
            with django_assert_num_queries(3):  # who asks, how many, the page
                assert hers.get("/api/reviews/mine/").json()["count"] == pk


def test_one_is_written_anew_and_waits_to_be_read_again(hers, review):
    path = f"/api/reviews/mine/{review.pk}/"
    changed = hers.put(path, SAID | {"text": "I keep it beside me."}).json()
    assert (changed["state"], changed["reason"], changed["text"]) == ("waiting", "", "I keep it beside me.")
    assert problem(hers.put(path, SAID | {"text": "Short"}), 400, "invalid") == ["text"]
    assert problem(hers.put(path, SAID | {"state": "approved"}), 400, "invalid") == ["state"]
    assert Review.objects.get().text == "I keep it beside me."


def test_it_is_written_over_only_as_it_was_seen(hers, review):
    path = f"/api/reviews/mine/{review.pk}/"
    tag = hers.get(path)["ETag"]
    assert hers.get(path, headers={"If-None-Match": tag}).status_code == 304
    Review.objects.update(state="approved", reason="")
    problem(hers.put(path, SAID | {"rating": 1}, headers={"If-Match": tag}), 412, "changed")
    problem(hers.delete(path, headers={"If-Match": tag}), 412, "changed")
    assert Review.objects.get().rating == 5


def test_so_many_an_hour_are_enough(hers, review, alice, make_book):
    for pk in range(2, 12):
        Review.objects.create(user=alice, book=make_book(pk), written_at=timezone.now(), **SAID)
    problem(hers.put(f"/api/reviews/mine/{review.pk}/", SAID | {"rating": 1}), 409, "refused")


def test_one_is_deleted_and_nobody_touches_another_s(guest, hers, his, staff, review):
    path = f"/api/reviews/mine/{review.pk}/"
    for client in (his, staff):  # staff decide on it; its words are its writer's
        for answer in (client.get(path), client.put(path, SAID), client.delete(path)):
            problem(answer, 404, "not-found")
    for path_ in ("/api/reviews/mine/", path):
        problem(guest.get(path_), 401, "unauthenticated")
    assert Review.objects.filter(pk=review.pk).exists()
    assert hers.delete(path).status_code == 204 and not Review.objects.exists()
    problem(hers.delete(path), 404, "not-found")
