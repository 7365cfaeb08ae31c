"""An address is confirmed by the code that was sent there, and nobody learns from us who has an account."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.test import Client
from shopping import confirm, log_in, order, put_in_cart, register, show_it_is_me, text

from shop.accounts.models import User
from shop.notifications.models import Mail
from shop.orders.models import Order

pytestmark = pytest.mark.django_db


def sign_up(client, email):
    return client.post("/accounts/signup/", {"email": email, "password1": "a-long-password"})


def test_without_the_code_nobody_is_logged_in(client):
    assert sign_up(client, "carol@example.org").url == "/accounts/confirm-email/"
    assert "_auth_user_id" not in client.session
    assert log_in(client, "carol@example.org").url == "/accounts/confirm-email/"
    assert client.get("/account/").url.startswith("/accounts/login/")


def test_a_wrong_code_is_refused_and_three_end_the_try(client):
    sign_up(client, "carol@example.org")
    assert "Incorrect code" in text(confirm(client, "carol@example.org", "WRONG1"))
    for _ in range(2):
        confirm(client, "carol@example.org", "WRONG1")
    confirm(client, "carol@example.org")
    assert "_auth_user_id" not in client.session


def test_after_three_wrong_codes_one_is_told_what_to_do_and_still_gets_where_one_was_going(client):
    client.post("/accounts/signup/?next=/checkout/", {"email": "carol@example.org", "password1": "a-long-password"})
    for _ in range(3):
        answer = confirm(client, "carol@example.org", "WRONG1")
    assert answer.url == "/accounts/login/?next=%2Fcheckout%2F"
    assert "wrong three times" in text(page := client.get(answer.url)) and "Log in with your password" in text(page)
    at_once = log_in(client, "carol@example.org", next="/checkout/")
    assert "log in again in ten seconds" in text(at_once) and "failed login" not in text(at_once)
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=30)):
        assert log_in(client, "carol@example.org", next="/checkout/").url == "/accounts/confirm-email/"
        assert confirm(client, "carol@example.org").url == "/checkout/"


def test_who_guesses_passwords_learns_nothing_by_the_friendlier_words(client):
    sign_up(client, "carol@example.org")
    client.post("/accounts/logout/")
    for _ in range(5):
        log_in(client, "carol@example.org", "wrong")
    told = [text(log_in(client, "carol@example.org", password)) for password in ("wrong", "a-long-password")]
    assert "Too many failed login attempts" in told[0] and told[0] == told[1]


def test_who_registers_again_is_told_in_the_letter_how_to_get_a_code(client):
    sign_up(client, "carol@example.org")
    again = Client()
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=4)):
        sign_up(again, "carol@example.org")
        assert "No code in the letter?" in text(again.get("/accounts/confirm-email/"))
        letter = Mail.objects.filter(to="carol@example.org").latest("pk")
        assert letter.kind == "account_already_exists" and "/accounts/login/" in letter.text
        assert again.post("/accounts/logout/", {"next": "/accounts/login/"}).url == "/accounts/login/"
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=8)):
        assert log_in(again, "carol@example.org").url == "/accounts/confirm-email/"
        assert confirm(again, "carol@example.org").status_code == 302 and "_auth_user_id" in again.session


def test_the_page_for_too_many_tries_leads_back_to_the_form(client):
    for _ in range(7):
        answer = client.post("/accounts/password/reset/", {"email": "carol@example.org", "next": "/checkout/"})
    assert answer.status_code == 429
    assert 'href="/accounts/password/reset/?next=%2Fcheckout%2F"' in answer.content.decode()


def test_the_code_is_sent_again_on_request_and_not_without_end(client):
    sign_up(client, "carol@example.org")
    at_once = client.post("/accounts/confirm-email/", {"action": "resend", "next": "/checkout/"}, follow=True)
    assert "wait ten seconds" in text(at_once) and 'name="code"' in at_once.content.decode(), "the field is still there"
    assert 'name="next" value="/checkout/"' in at_once.content.decode()
    assert Mail.objects.filter(to="carol@example.org").count() == 1
    for minutes in (4, 8, 12, 14):
        with time_machine.travel(datetime.now(UTC) + timedelta(minutes=minutes)):
            client.post("/accounts/confirm-email/", {"action": "resend"})
    assert Mail.objects.filter(to="carol@example.org").count() == 3
    assert confirm(client, "carol@example.org").status_code == 302
    assert "_auth_user_id" in client.session


def test_an_address_that_has_an_account_is_answered_like_a_new_one(client, alice):
    known, unknown = Client(), Client()
    answers = sign_up(known, "ALICE@example.org"), sign_up(unknown, "carol@example.org")
    assert answers[0].url == answers[1].url
    pages = [text(each.get("/accounts/confirm-email/")) for each in (known, unknown)]
    assert pages[0].lower().replace("alice", "carol") == pages[1].lower()
    letter = Mail.objects.get(to=alice.email)
    assert letter.kind == "account_already_exists" and User.objects.filter(email=alice.email).count() == 1


def test_an_address_that_has_an_account_costs_a_hash_too(client, alice, monkeypatch):
    """P7.1: what takes longer tells."""
    hashed = []
    monkeypatch.setattr(User, "set_password", lambda self, raw: hashed.append(raw))
    sign_up(client, alice.email)
    assert hashed == ["a-long-password"]


def test_orders_of_a_guest_come_to_the_account_that_confirms_their_address(client, make_book):
    put_in_cart(client, make_book(1))
    order(client, email="Carol@Example.org")
    theirs = Client()
    register(theirs, "carol@example.org")
    placed = Order.objects.get()
    assert placed.user.email == "carol@example.org"
    assert placed.reference in text(theirs.get("/orders/"))


def test_orders_placed_as_a_guest_later_come_at_the_next_log_in(client, alice, bob, make_book):
    """Those from before the address was confirmed."""
    EmailAddress.objects.filter(user=alice).update(verified=False)
    put_in_cart(client, make_book(1))
    order(client, email=alice.email)
    EmailAddress.objects.filter(user=alice).update(verified=True)
    other = Client()
    log_in(other, bob.email)
    assert Order.objects.get().user is None, "only the owner of the address gets it"
    log_in(Client(), alice.email)
    assert Order.objects.get().user == alice


def test_a_new_address_counts_once_it_is_confirmed(client, alice):
    log_in(client, alice.email)
    show_it_is_me(client)
    client.post("/accounts/email/", {"email": "new@example.org", "action_add": ""})
    alice.refresh_from_db()
    assert alice.email == "alice@example.org"
    confirm(client, "new@example.org")
    alice.refresh_from_db()
    assert alice.email == "new@example.org"
    assert Mail.objects.filter(to="alice@example.org", kind="email_changed").exists(), "the old address is told"


@pytest.fixture
def moving(client, alice):
    """Alice is logged in and has begun to change her address."""
    log_in(client, alice.email)
    show_it_is_me(client)
    client.post("/accounts/email/", {"email": "new@example.org", "action_add": ""})
    return client


def test_who_leaves_a_change_of_address_stays_logged_in(moving, alice):
    page = moving.get("/accounts/confirm-email/")
    assert "nobody orders in your name" not in text(page) and f"until then {alice.email} stays" in text(page)
    assert "/accounts/logout/" not in page.content.decode().partition('id="leave"')[2].partition("</form>")[0]
    answer = moving.post("/accounts/confirm-email/", {"action": "leave"}, follow=True)
    assert answer.redirect_chain[-1][0] == "/accounts/email/" and "Your address stays as it was" in text(answer)
    assert "_auth_user_id" in moving.session
    assert moving.get("/accounts/confirm-email/").url == "/accounts/email/", "nothing is begun any more"


def test_three_wrong_codes_for_a_new_address_lead_back_to_it(moving, alice):
    for _ in range(3):
        answer = confirm(moving, "new@example.org", "WRONG1")
    assert answer.url == "/accounts/email/" and "Type the new one again" in text(moving.get(answer.url))
    assert "_auth_user_id" in moving.session


def test_customers_behind_one_proxy_have_limits_of_their_own(alice, bob, settings):
    """P7.2: without knowing of the proxy all would share one; a header of the customer's own making does not help."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1

    def try_from(address, email, password):
        headers = {"HTTP_X_FORWARDED_FOR": address}
        return Client().post("/accounts/login/", {"login": email, "password": password}, **headers)

    answers = [try_from(f"10.9.9.{n}, 192.0.2.1", alice.email, "wrong") for n in range(12)]
    assert "Too many" in text(answers[-1]) or answers[-1].status_code == 429
    assert try_from("192.0.2.1", alice.email, "a-long-password").status_code != 302
    assert try_from("192.0.2.2", bob.email, "a-long-password").status_code == 302
