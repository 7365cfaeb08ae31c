"""Whatever programs send, the answer is one that the description has: as a guest, a customer, and each role of staff."""

import pytest
from as_described import asked
from asking import order
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.utils import timezone

from shop.accounts.models import Address
from shop.reviews.models import Review
from shop.staff.roles import SHORT

BRIEFLY = {short: name for short, name in SHORT.items() if short != "owner"}
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def unlimited(settings, monkeypatch):
    settings.ACCOUNT_RATE_LIMITS = False
    settings.API_RATES = dict.fromkeys(settings.API_RATES, "1000000/min")
    monkeypatch.setattr(connection, "close_if_unusable_or_obsolete", lambda: None)  # one for all requests is quicker


@pytest.fixture
def known(hers, alice, make_book, make_coupon):
    """What stands in paths, by name: all that a role may look at is there."""
    book = make_book(1, authors=["Jane Austen"], categories=[["Fiction"]])
    make_book(2, store_free=0), make_coupon()
    number = order(hers, (book, 1)).json()["id"]
    hers.post("/api/wishlist/", {"product_id": 1}), hers.post("/api/cart/", {"product_id": 1})
    review = Review.objects.create(user=alice, book=book, rating=4, text="A good book.", written_at=timezone.now())
    there = {"product_id": book.pk, "number": number, "address_id": Address.objects.get().pk, "customer_id": alice.pk}
    return there | {"review_id": review.pk, "group": "dispatcher"}


def wrong_for(client, known, **options):
    headers = {"Authorization": client._credentials["HTTP_AUTHORIZATION"]} if client._credentials else {}
    return asked(get_wsgi_application(), "/api/schema/", headers=headers, known=known, **options)


def test_every_answer_to_a_guest_is_described(guest, known, unlimited):
    own = order(guest, cart_items=[{"product_id": 1, "quantity": 1}], email="guest@example.org").json()
    assert wrong_for(guest, known | {"number": own["id"]}) == {}


@pytest.mark.parametrize("who", ["hers", "staff"])
def test_every_answer_to_a_customer_and_an_owner_is_described(request, who, known, unlimited):
    assert wrong_for(request.getfixturevalue(who), known) == {}


@pytest.mark.parametrize("role", BRIEFLY.values(), ids=BRIEFLY)
def test_every_answer_to_each_role_is_described(role, in_group, known, unlimited, store):
    assert wrong_for(in_group(role), known, briefly=True) == {}
