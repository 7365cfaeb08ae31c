"""The doors are described for programs: all of them, as OpenAPI 3.1, to whoever may open any."""

import json

import pytest
from drf_spectacular.validation import validate_schema
from rest_framework.test import APIClient

from store.api import urls
from store.api.docs import description

# path → methods
DOORS = {
    "/api/books/": "GET POST",
    "/api/books/changes/": "GET",
    "/api/books/digests/": "GET",
    "/api/books/digests/rows/": "GET",
    "/api/books/{book_id}/": "GET PUT PATCH DELETE",
    "/api/books/{book_id}/picture/": "GET",
    "/api/holds/{number}/": "PUT DELETE",
    "/api/imports/": "GET POST",
    "/api/imports/{run_id}/": "GET",
    "/api/orders/": "GET",
    "/api/orders/batch/": "POST",
    "/api/orders/changes/": "GET",
    "/api/orders/digests/": "GET",
    "/api/orders/digests/rows/": "GET",
    "/api/orders/{number}/": "GET PUT",
    "/api/orders/{number}/cancel/": "PUT",
    "/api/orders/{number}/story/": "GET",
    "/api/returns/changes/": "GET",
    "/api/returns/digests/": "GET",
    "/api/returns/digests/rows/": "GET",
    "/api/returns/{number}/": "GET PUT",
}


def test_every_door_is_described_and_names_who_may_open_it():
    described = {path: {verb.upper() for verb in one} for path, one in description()["paths"].items()}
    assert described == {path: set(verbs.split()) for path, verbs in DOORS.items()}
    assert len(urls.urlpatterns) == len(DOORS) + 2  # the description itself, and what is no door
    for one in description()["paths"].values():
        assert all("For: Services with `" in door["description"] for door in one.values())


def test_it_is_valid_openapi_3_1_and_closed_to_strangers(service, staff, client, django_user_model):
    answer = service("feeds:read").get("/api/schema/")
    read = json.loads(answer.content)
    validate_schema(read)
    assert read["openapi"].startswith("3.1") and staff("packer").get("/api/schema/").status_code == 200
    assert APIClient().get("/api/schema/").status_code == 401
    client.force_login(django_user_model.objects.create_user("bob@example.org", "x"))
    assert client.get("/api/schema/").status_code == 403


@pytest.mark.parametrize("verb", ["post", "put", "delete"])
def test_it_is_only_read(service, verb):
    answer = getattr(service("feeds:read"), verb)("/api/schema/")
    assert answer.status_code == 405 and answer.json()["title"] == "Method Not Allowed"


def test_what_is_answered_follows_from_no_word_of_the_address(service):
    assert service("feeds:read").get("/api/schema/?format=paperback").status_code == 200
