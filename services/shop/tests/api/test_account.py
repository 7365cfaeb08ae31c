"""An account by the documented calls: registered, confirmed, its password changed and reset."""

import re

import pytest
from asking import problem, program
from shopping import code_sent_to

from shop.accounts.models import User, Username
from shop.notifications.models import Mail

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "a-long-password"
NEW = {"username": "eve", "email": "eve@example.org", "password": PASSWORD}


def register(client, **changes):
    return client.post("/auth/register/", {**NEW, **changes})


def test_one_registers_confirms_and_logs_in(guest):
    answer = register(guest)
    assert answer.status_code == 201 and answer.json()["username"] == "eve" and not answer.cookies
    log_in = {"username": "eve", "password": PASSWORD}
    problem(guest.post("/auth/token/", log_in), 403, "address-not-confirmed")
    code = code_sent_to("eve@example.org")
    assert "where you gave it, on our page or in your app:" in Mail.objects.filter(to=NEW["email"]).last().text
    assert problem(guest.post("/auth/email/verify/", {"email": NEW["email"], "code": "WRONG"}), 400, "invalid") == [
        "code"
    ]
    told = guest.post("/auth/email/verify/", {"email": "EVE@example.org", "code": code.lower()})
    assert told.status_code == 200 and guest.post("/auth/token/", log_in).status_code == 200
    assert problem(guest.post("/auth/email/verify/", {"email": NEW["email"], "code": code}), 400, "invalid") == ["code"]


def test_a_code_is_tried_three_times_and_a_new_one_can_be_had(guest, settings):
    settings.ACCOUNT_RATE_LIMITS = False
    register(guest)
    code = code_sent_to(NEW["email"])
    for typed in ("A", "B", "C", code):
        problem(guest.post("/auth/email/verify/", {"email": NEW["email"], "code": typed}), 400, "invalid")
    for email in (NEW["email"], "nobody@example.org"):
        assert guest.post("/auth/email/resend/", {"email": email}).status_code == 202
    code = code_sent_to(NEW["email"])
    assert guest.post("/auth/email/verify/", {"email": NEW["email"], "code": code}).status_code == 200
    assert not Mail.objects.filter(to="nobody@example.org").exists()


def test_who_has_an_account_already_is_told_by_letter_alone(guest, alice):
    theirs, ours = register(guest, email=alice.email), register(guest, username="eve2")
    assert theirs.status_code == ours.status_code == 201 and theirs.json().keys() == ours.json().keys()
    assert User.objects.count() == 2
    assert Mail.objects.get(to=alice.email).kind == "account_already_exists"
    # The name counts as taken, or it would tell.
    assert problem(register(guest, username="EVE", email="x@example.org"), 400, "invalid") == ["username"]
    assert Username.objects.get(name="eve").user is None
    problem(guest.post("/auth/token/", {"username": "eve", "password": PASSWORD}), 401, "wrong-password")


@pytest.mark.parametrize(
    "changes,field",
    [
        ({"password": "short"}, "password"),
        ({"password": "password123"}, "password"),
        ({"email": "no address"}, "email"),
        ({"username": "a b"}, "username"),
        ({"username": "a\0b"}, "username"),
        ({"username": "someone@example.org"}, "username"),
        ({"username": 5 * "x" * 20}, "username"),
        ({"is_staff": True}, "is_staff"),
        ({"email": ["x"]}, "email"),
    ],
)
def test_a_wrong_registration_is_named_and_nothing_is_kept(guest, changes, field):
    """L29: nothing privileged comes from outside."""
    assert set(problem(register(guest, **changes), 400, "invalid")) == {field}
    assert not User.objects.exists() and not Username.objects.exists()


def test_the_address_may_be_given_as_the_username(guest):
    assert register(guest, username="Eve@example.org").status_code == 201 and not Username.objects.exists()


def test_a_forgotten_password_is_replaced_by_letter(guest, hers, alice):
    for email in (alice.email, "nobody@example.org"):
        assert guest.post("/auth/password/reset/", {"email": email}).status_code == 202
    key = re.search(r"/accounts/password/reset/key/([^/\s]+)/", Mail.objects.get(to=alice.email).text)[1]
    weak = guest.post("/auth/password/reset/confirm/", {"key": key, "password": "x"})
    assert set(problem(weak, 400, "invalid")) == {"password"}
    body = {"key": key, "password": "another-long-password"}
    assert guest.post("/auth/password/reset/confirm/", body).status_code == 200
    assert problem(guest.post("/auth/password/reset/confirm/", body), 400, "invalid") == ["key"]
    problem(hers.get("/auth/me/"), 401, "unauthenticated")
    assert guest.post("/auth/token/", {"username": alice.email, "password": body["password"]}).status_code == 200


def test_a_password_is_changed_by_who_knows_it_and_all_other_log_ins_end(hers, alice):
    other = program(alice)
    body = {"old_password": "wrong", "password": "another-long-password"}
    assert problem(hers.post("/auth/password/change/", body), 400, "invalid") == ["old_password"]
    pair = hers.post("/auth/password/change/", {**body, "old_password": PASSWORD}).json()
    problem(other.get("/auth/me/"), 401, "unauthenticated")
    answer = program().get("/auth/me/", headers={"Authorization": f"Bearer {pair['access']}"})
    assert answer.status_code == 200 and Mail.objects.get(to=alice.email).kind == "password_changed"


def test_me_is_read_and_renamed_and_nothing_else(guest, hers, alice):
    problem(guest.get("/auth/me/"), 401, "unauthenticated")
    assert hers.get("/auth/me/").json()["is_staff"] is False
    assert hers.patch("/auth/me/", {"name": "Alice A."}).json()["name"] == "Alice A."
    assert problem(hers.patch("/auth/me/", {"is_staff": True, "name": "x"}), 400, "invalid") == ["is_staff"]
    alice.refresh_from_db()
    assert (alice.name, alice.is_staff) == ("Alice A.", False)


def test_a_name_takes_no_characters_that_reverse_the_text_around_it(hers):
    assert hers.patch("/auth/me/", {"name": "Rita \u202eevil\u200f"}).json()["name"] == "Rita evil"
