"""Wrong passwords at the admin's door are counted: for an account from an address, without locking anybody else out."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from tests.conftest import NOW

from store.accounts.operations import ensure_user

LOG_IN = reverse("admin:login")
RIGHT, WRONG = "quite-long-enough", "not-this-one"
DAN, KIM = "dan@example.org", "kim@example.org"
HERE, THERE = "192.0.2.1", "192.0.2.2"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def staff_with_passwords():
    for email in (DAN, KIM):
        ensure_user(email=email, role="packer", password=RIGHT)


def enter(email, password, *, address=HERE, **headers):
    return Client(REMOTE_ADDR=address, **headers).post(LOG_IN, {"username": email, "password": password})


def guess(times=settings.AXES_FAILURE_LIMIT, *, email=DAN, **how):
    return [enter(email, WRONG, **how).status_code for _ in range(times)]


def is_in(answer) -> bool:
    return answer.status_code == 302 and "/login" not in answer["Location"]


def test_after_five_wrong_passwords_the_right_one_is_not_taken_for_a_while():
    """P7.2"""
    assert guess() == [200] * 4 + [429]
    answer = enter(DAN.upper(), RIGHT)
    assert answer.status_code == 429 and answer["Retry-After"] == "900"
    assert "Try again in 15 minutes." in answer.content.decode()


def test_it_is_over_after_a_while_also_if_somebody_goes_on_guessing(time_machine):
    time_machine.move_to(NOW, tick=False)
    guess()
    time_machine.shift(settings.AXES_COOLOFF_TIME / 2)
    assert guess(2) == [429] * 2
    time_machine.shift(settings.AXES_COOLOFF_TIME / 2 + timedelta(seconds=1))
    assert is_in(enter(DAN, RIGHT))


def test_others_enter_meanwhile_and_so_does_the_owner_of_the_account_from_elsewhere():
    guess()
    assert is_in(enter(KIM, RIGHT)) and is_in(enter(DAN, RIGHT, address=THERE))


def test_a_right_password_begins_the_count_anew():
    guess(4)
    assert is_in(enter(DAN, RIGHT))
    assert guess() == [200] * 4 + [429]


def test_those_behind_our_proxy_have_counts_of_their_own_and_a_forged_address_does_not_help(settings):
    settings.TRUSTED_PROXIES = 1
    proxied = {"address": "10.0.0.1"}
    assert guess(**proxied, HTTP_X_FORWARDED_FOR=HERE)[-1] == 429
    assert is_in(enter(DAN, RIGHT, **proxied, HTTP_X_FORWARDED_FOR=THERE))
    forged = {"HTTP_X_FORWARDED_FOR": f"203.0.113.9, {HERE}"}
    assert enter(DAN, RIGHT, **proxied, **forged).status_code == 429


def test_without_a_proxy_nobody_believes_what_a_header_says():
    assert [guess(1, HTTP_X_FORWARDED_FOR=f"203.0.113.{n}")[0] for n in range(5)] == [200] * 4 + [429]


def test_the_page_is_the_same_for_an_account_that_is_not_there():
    assert guess(email="nobody@example.org") == [200] * 4 + [429]
