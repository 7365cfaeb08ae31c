"""An authenticator app as the second step of a log-in; staff need one before they enter the admin."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.admin.models import LogEntry
from django.core.management import CommandError, call_command
from django.test import Client
from shopping import log_in, show_it_is_me, text

from shop.notifications.models import Mail

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def strict(settings):
    settings.STAFF_TOTP = True


def code_for(secret, *, steps_later=0):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps_later))


def set_up(client, email):
    """This function will set up an app through the door and answer its secret."""
    log_in(client, email)
    show_it_is_me(client)
    page = client.get("/accounts/2fa/totp/activate/")
    secret = page.context["form"].secret
    assert client.post("/accounts/2fa/totp/activate/", {"code": code_for(secret)}).status_code == 302
    return secret


def test_with_an_app_the_password_alone_opens_nothing(client, alice):
    secret = set_up(client, alice.email)
    other = Client()
    assert log_in(other, alice.email).url == "/accounts/2fa/authenticate/"
    assert other.get("/account/").url.startswith("/accounts/login/")
    assert "Incorrect code" in text(other.post("/accounts/2fa/authenticate/", {"code": "000000"}))
    assert other.post("/accounts/2fa/authenticate/", {"code": code_for(secret, steps_later=1)}).status_code == 302
    assert other.get("/account/").status_code == 200


def test_a_code_opens_once(client, alice):
    secret = set_up(client, alice.email)
    code = code_for(secret, steps_later=1)
    first, second = Client(), Client()
    for each in (first, second):
        log_in(each, alice.email)
        each.post("/accounts/2fa/authenticate/", {"code": code})
    assert first.get("/account/").status_code == 200 and second.get("/account/").status_code == 302


def test_the_secret_is_not_kept_in_the_clear(client, alice, settings):
    secret = set_up(client, alice.email)
    kept = Authenticator.objects.get(type="totp")
    assert secret not in str(kept.data)
    settings.SECRET_KEY = "another key that is quite as long as the one before it was"
    assert not kept.wrap().validate_code(code_for(secret, steps_later=1))


def test_recovery_codes_open_the_account_when_the_telephone_is_lost(client, alice):
    set_up(client, alice.email)
    codes = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    other = Client()
    log_in(other, alice.email)
    assert other.post("/accounts/2fa/authenticate/", {"code": codes[0]}).status_code == 302
    assert other.get("/account/").status_code == 200


def test_every_page_of_the_second_step_says_what_comes_of_it(client, alice):
    set_up(client, alice.email)
    codes = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    page = client.get("/accounts/2fa/recovery-codes/")
    assert all(code in text(page) for code in codes) and "10 of 10 are left" in text(page)
    again = client.get("/accounts/2fa/recovery-codes/generate/")
    assert "The 10 codes that you have not used stop working." in text(again)
    assert "your recovery codes are gone" in text(client.get("/accounts/2fa/totp/deactivate/"))
    assert client.post("/accounts/2fa/totp/deactivate/").status_code == 302
    assert not Authenticator.objects.exists()


def test_staff_without_a_second_step_see_no_admin_page_and_are_led_to_it(client, olga):
    """P7.11"""
    log_in(client, olga.email)
    answer = client.get("/admin/", follow=True)
    assert "/accounts/2fa/totp/activate/" in [path for path, _ in answer.redirect_chain]
    assert "needs a second step" in text(answer)
    assert client.get("/admin/orders/order/").status_code == 302


def test_staff_with_a_second_step_enter(client, olga):
    set_up(client, olga.email)
    assert client.get("/admin/").status_code == 200


def test_a_customer_with_a_second_step_is_no_staff_for_that(client, alice):
    set_up(client, alice.email)
    assert client.get("/admin/", follow=True).status_code == 403


def test_other_browsers_are_logged_out_from_the_list_of_sessions(client, alice):
    other = Client()
    log_in(client, alice.email)
    log_in(other, alice.email)
    assert "this one" in text(client.get("/accounts/sessions/"))
    client.post("/accounts/sessions/")
    assert other.get("/account/").status_code == 302 and client.get("/account/").status_code == 200


def test_the_command_lets_in_by_the_password_who_has_lost_app_and_codes_and_a_letter_tells(client, alice, capsys):
    set_up(client, alice.email)
    assert client.get("/account/").status_code == 200
    call_command("reset_second_step", alice.email.upper())
    assert "second step taken away" in capsys.readouterr().out
    assert client.get("/account/").status_code == 302, "their log-ins are over"
    assert log_in(client, alice.email).url == "/", "no second step is asked for"
    letter = Mail.objects.get(kind="second_step_reset")
    assert letter.to == alice.email and "All browsers and programs are logged out" in letter.text
    assert "reset_second_step" in LogEntry.objects.get(object_id=str(alice.pk)).change_message
    call_command("reset_second_step", alice.email)
    assert "had no second step" in capsys.readouterr().out
    assert Mail.objects.filter(kind="second_step_reset").count() == 1
    with pytest.raises(CommandError, match=r"Nobody here has the e-mail address nobody@readers\.example"):
        call_command("reset_second_step", "nobody@readers.example")
