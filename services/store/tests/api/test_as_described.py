"""Whatever services and staff send, the answer is one that the description has."""

from uuid import UUID

import pytest
from as_described import asked
from django.core.wsgi import get_wsgi_application
from django.db import connection

NUMBER = UUID("7db2425c-0399-4769-8003-6bdb679e58bc")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def one_connection(monkeypatch):
    monkeypatch.setattr(connection, "close_if_unusable_or_obsolete", lambda: None)  # for all requests: quicker


@pytest.mark.parametrize("who", ["service", "staff"])
def test_every_answer_is_described(who, service, staff, books, accept):
    shop, reader = service("feeds:read", "orders:push", "books:write"), service("feeds:read", name="reader")
    number = accept((books[0], 2), number=NUMBER).number
    headers = {
        "service": {"Authorization": shop.defaults["HTTP_AUTHORIZATION"]},
        "staff": {"Cookie": staff("owner").cookies.output(header="").strip().partition(";")[0]},
    }[who]
    to_read = {"Authorization": reader.defaults["HTTP_AUTHORIZATION"]}
    known = {"book_id": books[0].pk, "number": str(number)}
    assert asked(get_wsgi_application(), "/api/schema/", headers=headers, known=known, to_read=to_read) == {}
