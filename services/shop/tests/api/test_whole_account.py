"""One's own account by the API: all that is kept of a person, another address, the end of it, log-ins and letters."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from asking import order, problem, program
from django.utils import timezone
from shopping import code_sent_to

from shop.accounts.export import everything_about
from shop.accounts.models import User
from shop.api import readdressing, tokens
from shop.api.models import LogIn
from shop.notifications.choices import wanted_by
from shop.notifications.models import Mail
from shop.notifications.notices import TOPICS, Hears
from shop.orders.models import Order
from shop.orders.states import State

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = {"password": "a-long-password"}
NEW = "alice@example.net"
DOORS = {"/auth/me/data/": PASSWORD, "/auth/me/delete/": PASSWORD, "/auth/email/change/": PASSWORD | {"email": NEW}}


def scoped(user, scope):
    client = program()
    pair = tokens.begin(user, second_step=False, client="test", now=timezone.now(), scope=scope)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {pair.access}")
    return client


def ask_for(client, email=NEW):
    answer = client.post("/auth/email/change/", PASSWORD | {"email": email})
    assert answer.status_code == 202, answer.content
    return answer.json()["ticket"]


def confirm(client, ticket, code):
    return client.post("/auth/email/change/confirm/", {"ticket": ticket, "code": code})


def test_all_that_is_kept_is_told_to_the_person_alone(hers, his, alice, make_book):
    order(hers, (make_book(1), 1))
    told = hers.post("/auth/me/data/", PASSWORD)
    assert told.status_code == 200 and set(told.json()) == set(everything_about(alice))
    assert told.json()["account"]["email"] == alice.email and len(told.json()["orders"]) == 1
    assert his.post("/auth/me/data/", PASSWORD).json()["orders"] == []


@pytest.mark.parametrize("path", DOORS)
def test_what_matters_is_for_who_shows_the_password_again(guest, hers, alice, path):
    problem(guest.post(path, DOORS[path]), 401, "unauthenticated")
    assert problem(hers.post(path, DOORS[path] | {"password": "wrong"}), 400, "invalid") == ["password"]
    assert "password" in problem(hers.post(path, {}), 400, "invalid")
    for _ in range(4):
        hers.post(path, DOORS[path] | {"password": "wrong"})
    refused = hers.post(path, DOORS[path])  # as at a log-in, five are enough, also for who knows it then
    problem(refused, 429, "too-many-attempts")
    assert int(refused["Retry-After"]) > 0 and User.objects.get().email == alice.email
    assert not Mail.objects.filter(to=NEW).exists()


@pytest.mark.parametrize("path", ["/auth/me/data/", "/auth/me/delete/"])
def test_a_token_for_a_part_opens_not_the_whole(alice, path):
    """What is in it belongs to other scopes as well."""
    problem(scoped(alice, "account:read account:write").post(path, PASSWORD), 403, "out-of-scope")
    problem(scoped(alice, "orders:read").post(path, PASSWORD), 403, "out-of-scope")
    assert User.objects.exists()


def test_an_account_is_deleted_with_all_its_log_ins_once_nothing_needs_it(hers, alice, make_book):
    order(hers, (make_book(1), 1))
    problem(hers.post("/auth/me/delete/", PASSWORD), 409, "refused")
    assert User.objects.exists()
    Order.objects.update(state=State.SHIPPED)
    assert hers.post("/auth/me/delete/", PASSWORD).status_code == 204
    problem(hers.get("/auth/me/"), 401, "unauthenticated")
    assert not User.objects.exists() and not LogIn.objects.exists()
    assert Order.objects.get().user is None and Mail.objects.filter(to=alice.email, key="account:goodbye").exists()


def test_staff_are_not_deleted_by_a_program(staff, olga):
    problem(staff.post("/auth/me/delete/", PASSWORD), 409, "refused")
    assert User.objects.filter(pk=olga.pk).exists()


def test_another_address_counts_once_its_code_has_come_back(guest, hers, alice):
    ticket = ask_for(hers, "Alice@Example.net")
    assert hers.get("/auth/me/").json()["email"] == alice.email
    assert not EmailAddress.objects.filter(email=NEW).exists(), "nobody else is kept from it"
    assert "where you gave it, on our page or in your app:" in Mail.objects.get(to=NEW).text
    assert problem(confirm(hers, ticket, "WRONG"), 400, "invalid") == ["code"]
    assert confirm(hers, ticket, code_sent_to(NEW).lower()).status_code == 200
    assert hers.get("/auth/me/").json()["email"] == NEW
    assert [(one.email, one.verified, one.primary) for one in EmailAddress.objects.all()] == [(NEW, True, True)]
    assert Mail.objects.filter(to=alice.email, kind="email_changed").exists()
    log_in = {"username": NEW, "password": "a-long-password"}
    assert guest.post("/auth/token/", log_in).status_code == 200
    assert confirm(hers, ticket, code_sent_to(NEW)).status_code == 200, "an answer may be lost"


def test_a_ticket_is_its_person_s_for_a_quarter_of_an_hour_and_one_password(hers, his, alice, monkeypatch):
    ticket, code = ask_for(hers), code_sent_to(NEW)
    for client, shown in ((his, ticket), (hers, "x"), (hers, "é"), (hers, ticket[:-2])):
        assert problem(confirm(client, shown, code), 400, "invalid") == ["code"]
    problem(confirm(program(), ticket, code), 401, "unauthenticated")
    later = timezone.now() + readdressing.GOOD_FOR + timedelta(seconds=1)
    with monkeypatch.context() as patched:
        patched.setattr("shop.api.my_address.timezone.now", lambda: later)
        assert problem(confirm(hers, ticket, code), 400, "invalid") == ["code"]
    alice.set_password("another-long-password")
    alice.save()
    assert problem(confirm(program(alice), ticket, code), 400, "invalid") == ["code"]
    assert not EmailAddress.objects.filter(email=NEW).exists()


def test_an_address_that_has_an_account_is_not_taken_and_who_asks_is_not_told(hers, bob):
    ticket = ask_for(hers, bob.email)
    assert problem(confirm(hers, ticket, code_sent_to(bob.email)), 400, "invalid") == ["code"]
    assert EmailAddress.objects.get(email=bob.email).user == bob


def test_one_s_own_address_and_what_is_none_are_refused_and_letters_are_few(hers, alice):
    for email in (alice.email, "no address"):
        wish = PASSWORD | {"email": email}
        assert problem(hers.post("/auth/email/change/", wish), 400, "invalid") == ["email"]
    ask_for(hers)
    problem(hers.post("/auth/email/change/", PASSWORD | {"email": NEW}), 429, "too-many-attempts")
    assert Mail.objects.filter(to=NEW).count() == 1


def test_log_ins_are_listed_with_which_is_this_one(hers, his, alice):
    other = scoped(alice, "account:read")
    tokens.begin(alice, second_step=False, client="old", now=timezone.now() - timedelta(days=30))
    rows = hers.get("/auth/log-ins/").json()
    assert [(row["client"], row["scope"], row["is_this_one"]) for row in rows] == [
        ("test", "account:read", False), ("test", "", True),
    ]  # fmt: skip
    assert [row["is_this_one"] for row in other.get("/auth/log-ins/").json()] == [True, False]
    one = f"/auth/log-ins/{rows[0]['id']}/"
    assert hers.get(one).json() == rows[0]
    problem(his.get(one), 404, "not-found")


def test_one_log_in_is_ended_or_all_others(hers, his, alice):
    first, second, third = (program(alice) for _ in range(3))
    (mine,) = (row["id"] for row in first.get("/auth/log-ins/").json() if row["is_this_one"])
    problem(his.delete(f"/auth/log-ins/{mine}/"), 404, "not-found")
    problem(scoped(alice, "account:read").delete(f"/auth/log-ins/{mine}/"), 403, "out-of-scope")
    assert hers.delete(f"/auth/log-ins/{mine}/").status_code == 204
    problem(first.get("/auth/me/"), 401, "unauthenticated")
    problem(hers.delete(f"/auth/log-ins/{mine}/"), 404, "not-found")
    assert second.delete("/auth/log-ins/").status_code == 204
    for client in (hers, third):
        problem(client.get("/auth/me/"), 401, "unauthenticated")
    assert second.get("/auth/me/").status_code == his.get("/auth/me/").status_code == 200


def test_letters_are_chosen_topic_by_topic(hers, his, alice):
    topics = {row["topic"]: row["wanted"] for row in hers.get("/auth/letters/").json()}
    assert topics == {slug: one.wanted for slug, one in TOPICS.items() if one.hears == Hears.CUSTOMER}
    assert hers.put("/auth/letters/parcels/", {"wanted": False}).json()["wanted"] is False
    assert hers.get("/auth/letters/parcels/").json()["wanted"] is False and "parcels" not in wanted_by(alice)
    assert his.get("/auth/letters/parcels/").json()["wanted"] is True
    assert "packing" in wanted_by(alice), "what was not named stays as it was"
    assert problem(hers.put("/auth/letters/parcels/", {"wanted": "perhaps"}), 400, "invalid") == ["wanted"]


def test_topics_of_the_staff_are_theirs_to_choose(hers, staff, olga):
    problem(hers.put("/auth/letters/digest/", {"wanted": True}), 404, "not-found")
    assert staff.put("/auth/letters/digest/", {"wanted": True}).status_code == 200 and "digest" in wanted_by(olga)
    problem(staff.put("/auth/letters/weather/", {"wanted": True}), 404, "not-found")
