"""A log-in lasts: tokens are renewed once for all threads, and what was refused meanwhile is asked again."""

import threading

import pytest
from conftest import order_told, problem

from bookshop_client import Client, NotLoggedIn, Tokens


class Guard:
    """Lets in who shows the newest access token; a refresh token is good once."""

    def __init__(self):
        self.number, self.used = 1, []

    def __call__(self, asked):
        if asked.path == "/auth/token/refresh/":
            self.used.append(asked.body["refresh"])
            if asked.body["refresh"] != f"refresh{self.number}":
                return problem(401, "unauthenticated")
            self.number += 1
            return 200, {"access": f"access{self.number}", "refresh": f"refresh{self.number}"}
        if asked.headers.get("Authorization") != f"Bearer access{self.number}":
            return problem(401, "unauthenticated")
        return 200, order_told()


@pytest.fixture
def guard(shop):
    shop.judge = Guard()
    return shop.judge


def test_a_token_that_is_over_is_renewed_and_kept(make_client, guard):
    kept = []
    client = make_client(tokens=Tokens("old", "refresh1"), on_tokens=kept.append)
    assert client.order("1").status == "placed"
    assert kept == [Tokens("access2", "refresh2")] and client.tokens == kept[0]


def test_many_threads_renew_it_once(make_client, guard):
    client = make_client(tokens=Tokens("old", "refresh1"))
    gate, seen = threading.Barrier(8), []

    def one() -> None:
        gate.wait()
        seen.append(client.order("1").status)

    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert seen == ["placed"] * 8 and guard.used == ["refresh1"]


def test_a_log_in_that_is_over_says_so_and_is_forgotten(make_client, guard):
    kept = []
    client = make_client(tokens=Tokens("old", "stolen"), on_tokens=kept.append)
    with pytest.raises(NotLoggedIn):
        client.order("1")
    assert kept == [None] and client.tokens is None


def test_logging_in_takes_the_guests_cart_along_and_logging_out_ends_it(shop, make_client):
    client: Client = make_client(cart_token="guest")
    shop.answers.extend([(200, {"access": "a", "refresh": "r"}), (204, None)])
    client.log_in("alice", "secret", code="123456", scope="orders:read")
    assert shop.asked[0].headers["X-Cart-Token"] == "guest"
    assert shop.asked[0].body == {"username": "alice", "password": "secret", "code": "123456", "scope": "orders:read"}
    client.log_out()
    assert shop.asked[1].body == {"refresh": "r"} and client.tokens is None
