"""A store that is stopped, a broker that is stopped, a worker killed in the middle of handing an order over."""

from collections import Counter
from dataclasses import dataclass, field

import pytest
from faults.onlookers import Guest, wait_for

SLOWEST_CHECKOUT_S = 4.0  # the shop asks the store to hold the copies and waits two seconds for its answer, no longer
QUIET_WITHIN_S = 120  # an order whose sender was killed waits for the end of its lease
EACH = 4


@dataclass
class History:
    """Which orders were placed during which fault."""

    orders: dict[str, list[str]] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)


@pytest.fixture(scope="module")
def history(bookshop, books):
    """One story with all three faults, told up to the moment when everything has come to rest."""
    story, on_sale = History(), books.on_sale()

    def buy_some(during: str) -> None:
        for number in range(EACH):
            guest = Guest(bookshop.shop.url, f"{during.replace(' ', '-')}-{number}")
            order, took = guest.buy(on_sale[number % len(on_sale)])
            story.orders.setdefault(during, []).append(order)
            story.seconds.append(took)

    def claimed() -> bool:
        return (
            books.ask("shop", "SELECT 1 FROM outbox_outboxmessage WHERE state = 'waiting' AND leased_until > now()")
            != []
        )

    bookshop.store.pause()
    buy_some("worker killed")
    wait_for(claimed, 20, "the worker holds an order and waits for the store")
    bookshop.worker.kill()
    bookshop.store.resume()
    bookshop.worker.start()
    bookshop.worker.wait_until_ready()

    bookshop.store.stop()
    buy_some("store stopped")
    bookshop.store.start()
    bookshop.store.wait_until_ready()

    bookshop.rabbitmq.stop()
    buy_some("broker stopped")
    bookshop.rabbitmq.start()
    bookshop.rabbitmq.wait_until_ready()

    wait_for(books.is_quiet, QUIET_WITHIN_S, "every order is answered and every letter sent")
    return story


FAULTS = ["worker killed", "store stopped", "broker stopped"]


@pytest.mark.parametrize("fault", FAULTS)
def test_every_order_is_in_the_store_exactly_once(history, books, fault):
    """L1, L3, L4"""
    placed = history.orders[fault]
    assert len(set(placed)) == EACH
    found = books.ask("store", "SELECT number::text FROM orders_order WHERE number::text = ANY(%s)", placed)
    assert sorted(number for (number,) in found) == sorted(placed)
    states = books.ask("shop", "SELECT state, store_version FROM orders_order WHERE number::text = ANY(%s)", placed)
    assert states == [("accepted", 1)] * EACH


@pytest.mark.parametrize("fault", FAULTS)
def test_every_letter_came_exactly_once(history, books, fault):
    """L2, L6"""
    came = Counter(books.letters())
    for number in history.orders[fault]:
        for letter in ("v1-order_received@", "v2-order_accepted@"):
            assert sum(times for name, times in came.items() if f"<order-{number}-{letter}" in name) == 1, letter


def test_the_store_has_no_order_that_nobody_placed(history, books):
    assert books.ask("store", "SELECT count(*) FROM orders_order") == [(len(FAULTS) * EACH,)]


def test_no_customer_had_to_wait_for_any_of_it(history):
    """L3"""
    assert max(history.seconds) < SLOWEST_CHECKOUT_S, history.seconds
