"""What holds for every door of the API: it is listed here, closed unless named open, described, and never fails."""

import json
import re

import pytest
from addresses import addresses
from asking import problem
from django.urls import get_resolver
from doors import CALLS, DOORS, NOT_DESCRIBED, NUMBER, filled
from drf_spectacular.validation import validate_schema
from shopping import new_key

from shop.api import order_moves
from shop.api.docs import description
from shop.orders.states import MOVES

pytestmark = pytest.mark.django_db


def test_every_door_is_listed_here_and_described():
    holes = {"int": ["7"], "uuid": [new_key()], "path": ["x"], "slug": ["x"], "heading": ["x"], "str": ["x"]}
    ours = {path for path in addresses(**holes) if path.startswith(("/api/", "/auth/"))}
    number = holes["uuid"][0]
    named = {filled(re.sub(NUMBER, number, path)) for path in DOORS}
    assert ours - NOT_DESCRIBED == named
    described = {path: {verb.upper() for verb in one} for path, one in description()["paths"].items()}
    assert described == {path: set(" ".join(verbs).split()) for path, verbs in DOORS.items()}
    assert get_resolver().resolve("/api/orders/").route == "api/orders/"


def test_the_description_is_valid_openapi_3_1(client):
    answer = client.get("/api/schema/")
    read = json.loads(answer.content)
    validate_schema(read)
    assert read["openapi"].startswith("3.1") and answer["Content-Type"] == "application/json"
    open_to_guests = {
        (path, verb.upper())
        for path, verbs in read["paths"].items()
        for verb, one in verbs.items()
        if {} in one.get("security", [{}]) or not one.get("security")
    }
    assert open_to_guests == {(path, verb) for path, verb, known in CALLS if not known}


def test_every_call_has_a_summary_of_its_own_and_nothing_that_is_said_of_code():
    calls = [one for verbs in description()["paths"].values() for one in verbs.values()]
    summaries = [one["summary"] for one in calls]
    assert len(set(summaries)) == len(summaries) == len(CALLS)
    for one in calls:
        said = f"{one['summary']}. {one.get('description', '')}"
        assert not re.search(r":\w+( \w+)?: ", said) and "library" not in said, said
        assert len(one["summary"]) <= 110 and not one["summary"].endswith("."), said


def test_every_call_tells_by_status_what_it_may_refuse_and_what_stands_above_its_answers():
    answers = description()["components"]["responses"]
    for path, verb, is_closed in CALLS:
        door = description()["paths"][path][verb.lower()]
        told, names = door["responses"], {one["name"] for one in door.get("parameters", ())}
        assert {"401", "406", "429", "503"} <= set(told) and "default" not in told, path
        assert ("404" in told) >= ("{" in path or "page" in names) and ("422" in told) == ("Idempotency-Key" in names)
        assert ({"400", "413", "415"} <= set(told)) == ("requestBody" in door) and ("403" in told) >= is_closed, path
        assert ("412" in told) == ("If-Match" in names) == (verb in ("PUT", "PATCH", "DELETE")), path
        assert ("304" in told) == (verb == "GET") and (verb != "GET" or told["200"]["headers"]["ETag"]["required"])
        for status, answer in told.items():
            if "$ref" in answer:
                whole = answers[answer["$ref"].rpartition("/")[2]]
                examples = whole["content"]["application/problem+json"]["examples"]
                named = [description()["components"]["examples"][name]["value"] for name in examples]
                assert named and {one["status"] for one in named} == {int(status)}, (path, status)
                assert status not in ("429", "503") or whole["headers"]["Retry-After"]["required"]
    on = {
        name: {
            one["operationId"]
            for verbs in description()["paths"].values()
            for one in verbs.values()
            for answer in one["responses"].values()
            if name in answer.get("headers", {})
        }
        for name in ("Location", "X-Cart-Token", "Idempotency-Replayed")
    }
    assert on["Location"] == {"products_add", "products_bulk"} and "addresses_add" in on["Idempotency-Replayed"]
    assert on["X-Cart-Token"] == {"cart_read", "cart_add", "cart_item", "cart_change"}


def test_the_page_of_the_doors_needs_nothing_from_elsewhere(client):
    page = client.get("/api/docs/")
    text = page.content.decode()
    assert page.status_code == 200 and "://" not in text and "<style" not in text and 'lang="en"' in text
    assert page["Cross-Origin-Opener-Policy"] == "same-origin" and "unsafe" not in page["Content-Security-Policy"]
    assert '<a href="/api/schema/">/api/schema/</a>' in text
    script = client.get("/api/docs/?script=").content.decode()
    assert "/api/schema/" in script and '"validatorUrl": null' in script


@pytest.mark.parametrize("path,verb", [call[:2] for call in CALLS if call[2]])
def test_a_closed_door_is_closed_to_guests(guest, path, verb):
    answer = guest.generic(verb, filled(path), "{}", content_type="application/json")
    problem(answer, 401, "unauthenticated")
    assert answer["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "path", ["/api/nothing/", "/auth/nothing/", "/api/", "/api/orders/7/", "/api/cart/one/", "/api/a%0Ab/"]
)
def test_what_is_no_door_is_a_problem_too(guest, path):
    for verb in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        problem(guest.generic(verb, path), 404, "not-found")


def test_no_door_takes_another_verb(hers):
    for path in DOORS:
        answer = hers.generic("TRACE", filled(path))
        problem(answer, 405, "method-not-allowed")
        assert answer.json()["title"] == "Method Not Allowed"


def test_a_form_is_refused_in_words_that_are_whole(guest):
    answer = guest.post("/api/cart/", "product_id=1", content_type="application/x-www-form-urlencoded")
    problem(answer, 415, "unsupported-media-type")
    assert answer.json()["title"] == "Unsupported Media Type" and "{" not in answer.json()["detail"]


def test_the_page_of_the_doors_refuses_as_they_do(guest, settings):
    assert guest.get("/api/docs/", headers={"Authorization": "Bearer x.y.z"}).status_code == 200
    problem(guest.delete("/api/docs/"), 405, "method-not-allowed")
    problem(guest.get("/api/docs/", headers={"Accept": "application/json"}), 406, "not-acceptable")
    settings.API_RATES = {**settings.API_RATES, "guest": "1/min"}
    problem(guest.get("/api/docs/"), 429, "throttled")


@pytest.mark.parametrize("path", ["/api/products/", "/auth/me/", "/api/docs/"])
def test_a_host_that_is_not_ours_is_a_problem_too(guest, client, path):
    answer = guest.get(path, headers={"Host": "elsewhere.example"})
    problem(answer, 400, "bad-request")
    page = client.get("/", headers={"Host": "elsewhere.example"})
    assert page.status_code == 400 and page["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("who", ["guest", "hers"])
@pytest.mark.parametrize("value", ["a\0b", -1, 10**30, [[[]]], {"a": {}}, None, True, "📚\u202e" * 100])
def test_no_door_fails_whatever_a_field_holds(request, who, value, settings):
    settings.ACCOUNT_RATE_LIMITS = False
    settings.API_RATES = dict.fromkeys(settings.API_RATES, "10000/min")
    client = request.getfixturevalue(who)
    components = description()["components"]["schemas"]
    for path, verb, _ in CALLS:
        body = description()["paths"][path][verb.lower()].get("requestBody")
        if body and "application/json" in body["content"]:
            name = body["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
            sent = dict.fromkeys(components[name]["properties"], value)
            answer = client.generic(verb, filled(path), json.dumps(sent), content_type="application/json")
            assert answer.status_code < 500, (path, answer.content)


def test_answers_are_kept_by_nobody_and_make_no_cookies(hers, guest):
    for client in (hers, guest):
        answer = client.get("/api/cart/")
        assert answer["Cache-Control"] == "private, no-store" and not answer.cookies


def test_a_mistake_of_ours_tells_nothing(guest, monkeypatch):
    monkeypatch.setattr("shop.catalogue.queries.categories", lambda: 1 / 0)
    answer = guest.get("/api/categories/")
    problem(answer, 500, "fault")
    assert b"Zero" not in answer.content


def test_the_states_that_cancel_are_states_that_orders_reach():
    assert order_moves.CANCELS <= set().union(*MOVES.values())
