"""Registering, logging in and out, and a forgotten password; what is mailed is a row."""

import re

import pytest
from django.core import mail
from shopping import log_in, register, text

from shop.accounts.models import User
from shop.notifications.models import Mail

pytestmark = pytest.mark.django_db


def test_one_registers_with_an_address_and_a_password_and_goes_on_where_one_was(client):
    answer = register(client, "Carol@Example.ORG", next="/books/?page=2")
    assert answer.url == "/books/?page=2"
    user = User.objects.get()
    assert (user.email, user.is_staff, user.is_superuser) == ("carol@example.org", False, False)
    assert "carol@example.org" in text(client.get("/account/"))


@pytest.mark.parametrize("extra", ["is_staff", "is_superuser", "groups", "user_permissions"])
def test_nothing_privileged_comes_from_the_form(client, extra):
    """L29"""
    register(client, "carol@example.org", **{extra: "1"})
    user = User.objects.get()
    assert not (user.is_staff or user.is_superuser or user.groups.exists())
    assert client.get("/admin/", follow=True).status_code == 403


@pytest.mark.parametrize(
    ("email", "password", "told"),
    [
        ("nonsense", "a-long-password", "Enter a valid email address."),
        ("", "a-long-password", "This field is required."),
        ("carol@example.org", "short", "too short"),
        ("carol@example.org", "password123", "too common"),
    ],
)
def test_a_registration_that_cannot_be_is_refused_beside_the_field(client, alice, email, password, told):
    answer = client.post("/accounts/signup/", {"email": email, "password1": password})
    assert answer.status_code == 200 and told in text(answer)
    assert User.objects.count() == 1


def test_log_in_takes_any_case_of_the_address_and_no_foreign_next(client, alice):
    assert log_in(client, "ALICE@example.org", next="https://evil.example/").url == "/"
    assert "Account" in text(client.get("/"))


def test_log_out_is_a_post(client, alice):
    log_in(client, alice.email)
    assert client.get("/accounts/logout/").status_code == 200
    assert "_auth_user_id" in client.session
    assert client.post("/accounts/logout/").url == "/"
    assert "_auth_user_id" not in client.session


def test_wrong_passwords_are_limited(client, alice, bob):
    answers = [log_in(client, alice.email, "wrong") for _ in range(12)]
    assert "Too many" in text(answers[-1]) or answers[-1].status_code == 429
    assert log_in(client, alice.email).status_code != 302, "also the right password has to wait"


def test_letters_to_one_address_are_limited(client, alice):
    """Nobody fills the mailbox of another."""
    answers = [client.post("/accounts/password/reset/", {"email": alice.email}) for _ in range(7)]
    assert answers[-1].status_code == 429 and "Too many" in text(answers[-1]) or "Too many" in text(answers[-1])
    assert Mail.objects.count() <= 5


def test_registrations_from_one_address_are_limited(client):
    for number in range(21):
        answer = client.post("/accounts/signup/", {"email": f"r{number}@example.org", "password1": "a-long-password"})
        client.cookies.clear()
    assert answer.status_code == 429 and User.objects.count() <= 20


def test_a_forgotten_password_is_replaced_by_the_link_in_the_letter(client, alice):
    answer = client.post("/accounts/password/reset/", {"email": alice.email}, follow=True)
    assert "Look into your mailbox" in text(answer)
    letter = Mail.objects.get()
    assert (letter.to, letter.kind, letter.subject) == (alice.email, "password_reset_key", "Choose a new password")
    assert mail.outbox == [], "no page talks to a mail server"
    link = re.search(r"https?://[^/]+(/\S+)", letter.text)[1]
    page = client.get(link, follow=True)
    chosen = {"password1": "another-long-one", "password2": "another-long-one"}
    client.post(page.request["PATH_INFO"], chosen)
    assert log_in(client, alice.email, "another-long-one").status_code == 302
    assert client.get(link, follow=True).status_code == 200
    alice.refresh_from_db()
    assert alice.check_password("another-long-one")


def test_asking_for_an_unknown_address_answers_the_same(client, alice):
    known = client.post("/accounts/password/reset/", {"email": alice.email}, follow=True)
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@example.org"}, follow=True)
    assert known.redirect_chain == unknown.redirect_chain and text(known) == text(unknown)
    assert Mail.objects.get(to="nobody@example.org").subject == "A password was asked for"


def test_two_requests_are_two_letters(client, alice):
    for _ in range(2):
        client.post("/accounts/password/reset/", {"email": alice.email})
    assert Mail.objects.count() == 2


def test_a_password_is_changed_with_the_old_one_only(client, alice):
    log_in(client, alice.email)
    new = {"password1": "another-long-one", "password2": "another-long-one"}
    assert client.post("/accounts/password/change/", {"oldpassword": "wrong", **new}).status_code == 200
    assert client.post("/accounts/password/change/", {"oldpassword": "a-long-password", **new}).status_code == 302
    alice.refresh_from_db()
    assert alice.check_password("another-long-one")


@pytest.mark.parametrize("path", ["/account/", "/orders/", "/accounts/password/change/"])
def test_pages_of_an_account_ask_a_guest_to_log_in_and_come_back(client, path):
    assert client.get(path).url == f"/accounts/login/?next={path}"


ACCOUNT_PAGES = ["login/", "signup/", "password/reset/", "password/reset/done/", "password/reset/key/1-x/", "inactive/"]
OWN_PAGES = ["logout/", "password/change/", "reauthenticate/", "email/", "2fa/", "2fa/totp/activate/", "sessions/"]


@pytest.mark.parametrize("path", ACCOUNT_PAGES + OWN_PAGES)
def test_every_account_page_has_the_shops_look(client, alice, path):
    if path in OWN_PAGES:
        log_in(client, alice.email)
    answer = client.get(f"/accounts/{path}", follow=True)
    page = answer.content.decode()
    assert answer.status_code == 200 and 'class="site-header"' in page and "Menu:" not in page
