"""Whatever programs send, the answer is one that the description has: as a guest, a customer and a member of staff."""

import pytest
from as_described import asked
from asking import order
from django.core.wsgi import get_wsgi_application
from django.db import connection

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def unlimited(settings, monkeypatch):
    settings.ACCOUNT_RATE_LIMITS = False
    settings.API_RATES = dict.fromkeys(settings.API_RATES, "1000000/min")
    monkeypatch.setattr(connection, "close_if_unusable_or_obsolete", lambda: None)  # one for all requests is quicker


@pytest.mark.parametrize("who", ["guest", "hers", "staff"])
def test_every_answer_is_described(request, who, make_book, make_coupon, unlimited):
    client = request.getfixturevalue(who)
    book = make_book(1, authors=["Jane Austen"], categories=[["Fiction"]])
    make_book(2, store_free=0), make_coupon()
    number = order(client, (book, 1), **({"email": "guest@example.org"} if who == "guest" else {})).json()["id"]
    client.post("/api/wishlist/", {"product_id": 1}), client.post("/api/cart/", {"product_id": 1})
    headers = {"Authorization": client._credentials["HTTP_AUTHORIZATION"]} if client._credentials else {}
    known = {"product_id": 1, "number": number, "address_id": 1}
    assert asked(get_wsgi_application(), "/api/schema/", headers=headers, known=known) == {}
