"""Tokens: got by the rules of the pages, rotated, revoked, and refused when they are not ours."""

import threading
from datetime import timedelta
from unittest.mock import patch
from uuid import uuid4

import jwt
import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from asking import problem, program
from django.db import connection
from django.utils import timezone

from shop.accounts import usernames
from shop.api import tokens
from shop.api.models import LogIn

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "a-long-password"


def log_in(client, name, password=PASSWORD, **more):
    return client.post("/auth/token/", {"username": name, "password": password, **more})


def me(token, kind="Bearer"):
    return program().get("/auth/me/", headers={"Authorization": f"{kind} {token}"})


@pytest.mark.parametrize("name", ["alice@example.org", "ALICE@example.org", "Al.1", "aL.1"])
def test_one_logs_in_by_username_or_address_whatever_the_case(guest, alice, name):
    usernames.take("al.1", alice)
    pair = log_in(guest, name).json()
    for kind in ("Bearer", "JWT", "bearer", "BEARER", "jwt"):
        assert me(pair["access"], kind).json()["email"] == alice.email  # L30: what is issued is accepted
    assert me(pair["access"]).json()["username"] == "al.1"


@pytest.mark.parametrize("name,password", [("alice@example.org", "wrong"), ("nobody", PASSWORD), ("a\0b", PASSWORD)])
def test_what_is_wrong_is_not_told(guest, alice, name, password):
    answer = log_in(guest, name, password)
    problem(answer, 400 if "\0" in name else 401, "invalid" if "\0" in name else "wrong-password")


def test_wrong_passwords_are_limited_also_for_who_knows_the_right_one_then(guest, alice, bob):
    for _ in range(5):
        problem(log_in(guest, alice.email, "wrong"), 401, "wrong-password")
    refused = log_in(guest, alice.email)
    problem(refused, 429, "too-many-attempts")
    assert int(refused["Retry-After"]) > 0 and log_in(guest, bob.email).status_code == 200


def test_an_address_that_is_not_confirmed_gets_its_code_instead(guest, alice):
    from shop.notifications.models import Mail

    EmailAddress.objects.update(verified=False)
    problem(log_in(guest, alice.email, "wrong"), 401, "wrong-password")
    problem(log_in(guest, alice.email), 403, "address-not-confirmed")
    assert Mail.objects.filter(to=alice.email, kind="email_confirmation_signup").count() == 1


def test_who_has_an_authenticator_app_shows_its_code(guest, alice):
    secret = generate_totp_secret()
    TOTP.activate(alice, secret)
    problem(log_in(guest, alice.email), 401, "second-step")
    problem(log_in(guest, alice.email, code="000000"), 401, "wrong-code")
    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    assert log_in(guest, alice.email, code=code).status_code == 200 and LogIn.objects.get().second_step
    problem(log_in(guest, alice.email, code=code), 401, "wrong-code")  # used


def test_a_code_that_is_empty_is_none(guest, alice):
    assert log_in(guest, alice.email, code="").status_code == 200
    TOTP.activate(alice, generate_totp_secret())
    problem(log_in(guest, alice.email, code=""), 401, "second-step")


def test_a_log_in_is_noted_and_a_refresh_is_none(guest, alice):
    began = timezone.now()
    pair = log_in(guest, alice.email).json()
    alice.refresh_from_db()
    noted = alice.last_login
    assert began <= noted <= timezone.now()
    guest.post("/auth/token/refresh/", {"refresh": pair["refresh"]})
    problem(log_in(guest, alice.email, "wrong"), 401, "wrong-password")
    alice.refresh_from_db()
    assert alice.last_login == noted


def test_a_refresh_token_is_good_once(guest, alice):
    first = log_in(guest, alice.email).json()
    second = guest.post("/auth/token/refresh/", {"refresh": first["refresh"]}).json()
    assert me(second["access"]).status_code == 200
    problem(guest.post("/auth/token/refresh/", {"refresh": first["refresh"]}), 401, "unauthenticated")
    assert guest.post("/auth/token/refresh/", {"refresh": second["refresh"]}).status_code == 200
    problem(guest.post("/auth/token/refresh/", {"refresh": second["access"]}), 401, "unauthenticated")


def test_a_refresh_token_used_again_later_was_copied_and_ends_the_log_in(alice):
    now = timezone.now()
    first = tokens.begin(alice, second_step=False, client="", now=now)
    second = tokens.refreshed(first.refresh, now=now)
    with pytest.raises(tokens.NoSuchLogIn):
        tokens.refreshed(first.refresh, now=now + timedelta(minutes=1))
    problem(me(second.access), 401, "unauthenticated")


def test_of_many_at_once_one_refresh_wins(alice):
    first = tokens.begin(alice, second_step=False, client="", now=timezone.now())
    answers = []

    def refresh():
        answers.append(program().post("/auth/token/refresh/", {"refresh": first.refresh}).status_code)
        connection.close()

    many = [threading.Thread(target=refresh) for _ in range(6)]
    [one.start() for one in many], [one.join() for one in many]
    assert sorted(answers) == [200] + [401] * 5


def test_logging_out_ends_both_tokens_at_once(guest, alice):
    pair = log_in(guest, alice.email).json()
    assert guest.post("/auth/logout/", {"refresh": pair["refresh"]}).status_code == 204
    problem(me(pair["access"]), 401, "unauthenticated")
    problem(guest.post("/auth/token/refresh/", {"refresh": pair["refresh"]}), 401, "unauthenticated")
    assert guest.post("/auth/logout/", {"refresh": "nonsense"}).status_code == 204


@pytest.mark.parametrize("how", ["disabled", "new password", "deleted"])
def test_a_log_in_ends_with_what_it_rests_on(guest, alice, how):
    pair = log_in(guest, alice.email).json()
    if how == "deleted":
        alice.delete()
    elif how == "disabled":
        alice.is_active = False
        alice.save()
        problem(log_in(guest, alice.email), 401, "wrong-password")
    else:
        alice.set_password("another-long-password")
        alice.save()
    problem(me(pair["access"]), 401, "unauthenticated")
    problem(guest.post("/auth/token/refresh/", {"refresh": pair["refresh"]}), 401, "unauthenticated")


def test_forged_and_foreign_tokens_are_refused(alice, settings):
    pair = tokens.begin(alice, second_step=False, client="", now=timezone.now())
    claims = jwt.decode(pair.access, options={"verify_signature": False})
    ours = settings.SIMPLE_JWT["SIGNING_KEY"]
    forged = [
        jwt.encode(claims, None, algorithm="none"),
        jwt.encode(claims, settings.SECRET_KEY, algorithm="HS256"),
        jwt.encode({**claims, "aud": "another-shop"}, ours, algorithm="HS256"),
        jwt.encode({**claims, "iss": "somebody"}, ours, algorithm="HS256"),
        jwt.encode({**claims, "exp": 1}, ours, algorithm="HS256"),
        jwt.encode({**claims, "log_in": uuid4().hex}, ours, algorithm="HS256"),
        jwt.encode({**claims, "log_in": ["x"]}, ours, algorithm="HS256"),
        jwt.encode(claims, ours, algorithm="HS512"),
        pair.refresh,
        pair.access[:-3],
        "x.y.z",
        "\x80",
    ]
    assert [me(token).status_code for token in forged] == [401] * len(forged) and me(pair.access).status_code == 200


@pytest.mark.parametrize("header", ["ended", "forged", "narrow"])
def test_who_enters_or_leaves_is_asked_for_no_token_first(guest, alice, header):
    """A program that sends its token with all it asks for must not be locked out by it when it is over."""
    ended = tokens.begin(alice, second_step=False, client="", now=timezone.now())
    tokens.end(ended.refresh)
    narrow = tokens.begin(alice, second_step=False, client="", now=timezone.now(), scope="wishlist:read")
    token = {"ended": ended.access, "forged": "x.y.z", "narrow": narrow.access}[header]
    client = program()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    new = client.post("/auth/token/refresh/", {"refresh": narrow.refresh})
    assert new.status_code == 200 and log_in(client, alice.email).status_code == 200
    assert client.post("/auth/logout/", {"refresh": new.json()["refresh"]}).status_code == 204
    assert client.post("/auth/email/resend/", {"email": "a@example.org"}).status_code == 202
    assert client.post("/auth/password/reset/", {"email": "a@example.org"}).status_code == 202
    wish = {"username": "", "email": "new@example.org", "password": PASSWORD}
    assert client.post("/auth/register/", wish).status_code == 201
    for path, wrong in (("email/verify", "code"), ("password/reset/confirm", "key")):
        wish = {"email": "a@example.org"} if wrong == "code" else {"password": PASSWORD}
        assert problem(client.post(f"/auth/{path}/", {**wish, wrong: "x"}), 400, "invalid") == [wrong]
    for answer in (client.get("/auth/me/"), client.post("/auth/password/change/", {})):
        assert answer.status_code in (401, 403)  # doors that need to know who asks


def test_who_enters_is_limited_as_a_guest_whatever_token_they_show(hers, guest, settings):
    settings.API_RATES = {**settings.API_RATES, "guest": "1/min", "customer": "1000/min"}
    assert guest.post("/auth/logout/", {"refresh": "x"}).status_code == 204
    problem(hers.post("/auth/token/refresh/", {"refresh": "x"}), 429, "throttled")


def test_a_session_of_the_pages_opens_no_door(client, alice):
    client.force_login(alice)
    problem(client.get("/auth/me/"), 401, "unauthenticated")


def test_each_role_has_a_rate_of_its_own(guest, hers, settings):
    settings.API_RATES = {**settings.API_RATES, "guest": "2/min", "customer": "3/min"}
    assert [guest.get("/api/cart/").status_code for _ in range(3)] == [200, 200, 429]
    assert [hers.get("/api/cart/").status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = guest.get("/api/cart/")
    problem(refused, 429, "throttled")
    assert 0 < int(refused["Retry-After"]) <= 60


def test_a_person_has_so_many_log_ins_and_no_more(alice):
    with patch.object(tokens, "MOST_LOG_INS", 3):
        pairs = [tokens.begin(alice, second_step=False, client="", now=timezone.now()) for _ in range(4)]
    assert [me(pair.access).status_code for pair in pairs] == [401, 200, 200, 200]
