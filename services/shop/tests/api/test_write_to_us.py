"""Customer service by the API: everybody writes, as often as a person would; staff read it and mark what is dealt with."""

import pytest
from asking import KEY, problem, program
from django.contrib.admin.models import LogEntry

from shop.contact import operations
from shop.contact.models import Message
from shop.notifications.models import Mail
from shop.staff import roles

pytestmark = pytest.mark.django_db
PATH, SERVICE = "/api/contact/", "service@bookshop.example"
SAID = {"name": "Gus Guest", "email": "Gus@Example.org", "about": "3F2A-99B1", "text": "Where is my book?"}


@pytest.fixture(autouse=True)
def service(settings):
    settings.CONTACT_EMAIL = SERVICE


def test_a_guest_writes_and_it_is_kept_and_mailed(guest):
    assert guest.post(PATH, SAID).status_code == 201
    kept = Message.objects.get()
    assert (kept.name, kept.email, kept.about, kept.user) == ("Gus Guest", "gus@example.org", "3F2A-99B1", None)
    assert "Where is my book?" in Mail.objects.get(to=SERVICE).text


def test_an_account_writes_in_its_own_name_and_has_a_copy_if_it_wants(hers, alice):
    assert hers.post(PATH, {"text": "Where is my book?", "copy": True}).status_code == 201
    kept = Message.objects.get()
    assert (kept.name, kept.email, kept.user) == ("Alice", alice.email, alice)
    assert Mail.objects.filter(to=alice.email, kind="contact_copy").count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_message_sent_again_is_one(guest):
    for _ in range(2):
        assert guest.post(PATH, SAID, headers={"Idempotency-Key": KEY}).status_code == 201
    assert Message.objects.count() == 1
    problem(guest.post(PATH, SAID | {"text": "Another"}, headers={"Idempotency-Key": KEY}), 422, "key-reused")


@pytest.mark.parametrize(
    "changes,field",
    [
        ({"text": " "}, "text"),
        ({"email": "nowhere"}, "email"),
        ({"copy": True}, "copy"),  # an address that nobody has confirmed gets no mail of ours
        ({"website": "https://spam.example"}, "website"),
        ({"text": "x" * 4001}, "text"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_kept(guest, changes, field):
    assert problem(guest.post(PATH, SAID | changes), 400, "invalid") == [field]
    assert not Message.objects.exists()


def test_a_guest_says_who_writes(guest):
    assert set(problem(guest.post(PATH, {"text": "Hello"}), 400, "invalid")) == {"name", "email"}


def test_several_within_an_hour_are_enough(guest, settings):
    settings.API_RATES = {**settings.API_RATES, "sparing": "100/hour"}
    for number in range(operations.MOST_PER_HOUR["email"]):
        assert guest.post(PATH, SAID | {"text": f"Message {number}"}).status_code == 201
    refused = guest.post(PATH, SAID)
    problem(refused, 429, "too-many-messages")
    assert int(refused["Retry-After"]) > 0 and Message.objects.count() == operations.MOST_PER_HOUR["email"]


def test_writing_has_the_rate_of_what_writes_letters_and_reading_has_not(guest, staff, settings):
    settings.API_RATES = {**settings.API_RATES, "sparing": "1/hour"}
    guest.post(PATH, SAID)
    problem(guest.post(PATH, SAID), 429, "throttled")
    assert staff.get(PATH).status_code == staff.get(PATH).status_code == 200


@pytest.fixture
def message(guest):
    guest.post(PATH, SAID)
    return Message.objects.get()


def test_staff_read_messages_and_mark_them_once(in_group, message):
    agent, path = in_group(roles.AGENTS), f"{PATH}{message.pk}/"
    (row,) = agent.get(PATH, {"waiting": "1"}).json()["results"]
    assert row == agent.get(path).json() and (row["text"], row["dealt_with_at"]) == (SAID["text"], None)
    assert "network" not in row
    for client in (agent, in_group(roles.OFFICE)):  # the second is told what the first has done
        marked = client.put(path, {"dealt_with": True}).json()
        assert marked["dealt_with_by"] == "agents@example.org" and marked["dealt_with_at"]
    assert agent.get(PATH, {"waiting": "1"}).json()["count"] == 0 and agent.get(PATH).json()["count"] == 1
    assert LogEntry.objects.get().change_message == "Dealt with. (API)"
    assert problem(agent.put(path, {"dealt_with": False}), 400, "invalid") == ["dealt_with"]
    assert problem(agent.get(PATH, {"waiting": "yes"}), 400, "invalid") == ["waiting"]
    problem(agent.get(f"{PATH}99/"), 404, "not-found")


def test_nobody_else_reads_them(guest, hers, in_group, message, olga, settings):
    path, dispatcher = f"{PATH}{message.pk}/", in_group(roles.DISPATCHERS)
    for client in (hers, dispatcher):
        problem(client.get(PATH), 403, "forbidden")
        problem(client.get(path), 403, "forbidden")
        problem(client.put(path, {"dealt_with": True}), 403, "forbidden")
    problem(guest.get(PATH), 401, "unauthenticated")
    settings.STAFF_TOTP = True
    problem(program(olga).get(PATH), 403, "second-step")
    assert program(olga, second_step=True).get(PATH).status_code == 200
