"""Nobody is sent to a foreign site by a link or a form of ours, and no letter of ours leads to one."""

import pytest
from shopping import log_in, put_in_cart

from shop.notifications.models import Mail

pytestmark = pytest.mark.django_db

FOREIGN = [
    *("https://evil.example/", "//evil.example/", "/\\evil.example/", "\\\\evil.example", "http:///evil.example"),
    *(
        "javascript:alert(1)",
        "https:evil.example",
        "/\t/evil.example/",
        " //evil.example",
        "https://testserver@evil.example/",
    ),
]


def is_ours(address: str) -> bool:
    return address.startswith("/") and not address.startswith(("//", "/\\", "/\t"))


@pytest.mark.parametrize("foreign", FOREIGN)
def test_a_foreign_next_is_not_followed(client, alice, make_book, foreign):
    make_book(1)
    answers = [client.post("/cart/add/", {"book": 1, "quantity": 1, "next": foreign})]
    answers.append(log_in(client, alice.email, next=foreign))
    answers.append(client.post("/accounts/reauthenticate/", {"password": "a-long-password", "next": foreign}))
    answers.append(client.get("/accounts/login/", {"next": foreign}))  # who is logged in already goes on at once
    answers.append(client.post("/accounts/logout/", {"next": foreign}))
    answers.append(
        client.post("/accounts/signup/", {"email": "eve@example.org", "password1": "a-long-password", "next": foreign})
    )
    assert [answer.status_code for answer in answers] == [302] * len(answers)
    assert [answer.url for answer in answers if not is_ours(answer.url)] == []


@pytest.mark.parametrize("nonsense", ["no address", "", "a\0b", "📚"])
def test_a_next_that_is_no_address_is_left_out(client, make_book, nonsense):
    make_book(1)
    assert client.post("/cart/add/", {"book": 1, "quantity": 1, "next": nonsense}).url == "/cart/"


def test_our_own_next_is_followed(client, alice, make_book):
    assert log_in(client, alice.email, next="/checkout/").url == "/checkout/"
    assert put_in_cart(client, make_book(1)).url == "/cart/"


@pytest.mark.parametrize("name", ["X-Forwarded-Host", "X-Host", "Forwarded"])
def test_a_letter_leads_to_us_whatever_host_was_claimed(client, alice, name):
    forged = "host=evil.example" if name == "Forwarded" else "evil.example"
    client.post("/accounts/password/reset/", {"email": alice.email}, headers={name: forged})
    assert "evil.example" not in Mail.objects.get().text


@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "testserver@evil.example", ""])
def test_a_foreign_host_is_refused(client, host):
    answer = client.get("/", headers={"host": host})
    assert answer.status_code == 400 and "evil" not in answer.content.decode()
