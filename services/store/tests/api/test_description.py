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


def test_every_call_has_a_summary_of_its_own_and_says_truly_whom_it_lets_in():
    calls = [(verb, one) for verbs in description()["paths"].values() for verb, one in verbs.items()]
    summaries = [one["summary"] for _, one in calls]
    assert len(set(summaries)) == len(summaries) and not any(summary.endswith(".") for summary in summaries)
    for verb, one in calls:
        assert ":ivar" not in one["description"] and ":param" not in one["description"]
        for_staff = "and staff with" in one["description"]
        assert ({"cookieAuth": []} in one["security"]) == for_staff and (not for_staff or verb == "get"), one["summary"]


def test_every_call_tells_by_status_what_it_may_refuse_and_what_stands_above_its_answers():
    answers = description()["components"]["responses"]
    for path, verbs in description()["paths"].items():
        for door in verbs.values():
            told, names = door["responses"], {one["name"] for one in door.get("parameters", ())}
            assert {"401", "403", "406", "503"} <= set(told) and "default" not in told, path
            assert ("404" in told) == ("{" in path) and ("412" in told) == ("If-Match" in names), path
            assert ({"413", "422"} <= set(told)) == ("requestBody" in door) and ("410" in told) >= path.endswith(
                "changes/"
            )
            for status, answer in told.items():
                if "$ref" in answer:
                    whole = answers[answer["$ref"].rpartition("/")[2]]
                    examples = whole["content"]["application/problem+json"]["examples"]
                    named = [description()["components"]["examples"][name]["value"] for name in examples]
                    assert named and {one["status"] for one in named} == {int(status)}, (path, status)
    book = description()["paths"]["/api/books/{book_id}/"]["put"]["responses"]["200"]["headers"]
    assert set(book) == {"ETag", "Idempotency-Replayed"} and book["ETag"]["required"]
    assert answers["Unavailable"]["headers"]["Retry-After"]["required"]


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
