"""Every order reaches the store, once, whatever happens on the way; the customer hears only what is true."""

from datetime import timedelta

import pytest

from shop.notifications.models import Mail
from shop.orders.models import Order
from shop.outbox.models import LEASE, OutboxMessage, Topic
from shop.outbox.operations import send_again
from shop.storelink.delivery import send_orders

pytestmark = pytest.mark.django_db(transaction=True)


def letters_of(order) -> list[str]:
    return list(Mail.objects.filter(key=str(order.number)).order_by("id").values_list("kind", flat=True))


def test_an_order_is_handed_over_and_its_acceptance_heard_at_once(place, client, clock, store):
    order = place(quantity=2)
    assert send_orders(client, clock).sent == 1
    order.refresh_from_db()
    assert (order.state, order.version, order.store_version) == ("accepted", 2, 1)
    assert letters_of(order) == ["order_received", "order_accepted"]
    assert store.orders[str(order.number)] == OutboxMessage.objects.get(state="sent").body
    assert send_orders(client, clock).sent == 0, "there is nothing left to send"


@pytest.mark.parametrize("fault", ["500", "html", "empty", "truncated", "slow", "hang up", "swallow", "429", "403"])
def test_an_order_is_sent_again_until_the_store_has_it_and_it_has_it_once(place, client, clock, store, fault):
    """L1, L2, L4: also when the store took it and only its answer was lost."""
    order = place()
    store.faults.append(fault)
    assert send_orders(client, clock).postponed == 1
    order.refresh_from_db()
    assert order.state == "placed"
    assert letters_of(order) == ["order_received"]
    waiting = OutboxMessage.objects.get()
    assert waiting.state == "waiting" and waiting.last_error and waiting.next_at > clock()

    clock.now += timedelta(seconds=30)
    assert send_orders(client, clock).sent == 1
    assert len(store.orders) == 1 and store.free[1] == 9
    assert letters_of(order) == ["order_received", "order_accepted"]


def test_a_store_that_is_down_for_a_while_loses_nothing(place, client, clock, store):
    """L1"""
    orders = [place() for _ in range(5)]
    for _ in range(4):
        store.faults.extend(["503"] * 3)
        asked = len(store.requests)
        assert send_orders(client, clock).postponed <= 3
        assert len(store.requests) - asked <= 3, "a run gives up after three failures in a row"
        store.faults.clear()
        clock.now += timedelta(seconds=1)
    clock.now += timedelta(seconds=60)
    send_orders(client, clock)
    assert set(store.orders) == {str(order.number) for order in orders}
    assert not OutboxMessage.objects.exclude(state="sent").exists()


def test_a_token_that_is_not_accepted_yet_tells_the_customer_nothing(place, client, clock, store):
    """L2"""
    order = place()
    store.tokens = set()
    send_orders(client, clock)
    assert letters_of(order) == ["order_received"]
    assert "confirm" in Mail.objects.get().text


def test_the_pause_between_tries_grows_and_stays_short(place, client, clock, store):
    place()
    pauses = []
    for _ in range(9):
        store.faults.append("503")
        send_orders(client, clock)
        message = OutboxMessage.objects.get()
        pauses.append((message.next_at - clock()).total_seconds())
        clock.now = message.next_at
    assert pauses[:4] == [1, 2, 4, 8] and max(pauses) == 20


def test_a_third_of_the_answers_lost_after_the_store_took_the_order_doubles_none(place, client, clock, store):
    """P2.4, short form"""
    orders = [place() for _ in range(9)]
    store.free[1] = 9
    for _ in range(12):
        store.faults.extend(["", "", "swallow"])
        send_orders(client, clock)
        clock.now += timedelta(seconds=30)
    assert set(store.orders) == {str(order.number) for order in orders} and store.free[1] == 0
    assert not OutboxMessage.objects.exclude(state="sent").exists()
    assert all(letters_of(order) == ["order_received", "order_accepted"] for order in orders)


@pytest.mark.parametrize("hours", [-1, 1])
def test_clocks_of_shop_and_worker_that_differ_by_an_hour_delay_nothing(place, client, clock, store, hours):
    """The row was written by the shop's clock and is sent by the worker's."""
    order = place()
    clock.now += timedelta(hours=hours)
    assert send_orders(client, clock).sent == 1
    order.refresh_from_db()
    assert order.state == "accepted" and letters_of(order) == ["order_received", "order_accepted"]


def test_two_senders_at_once_make_one_order_and_one_letter(place, make_client, clock, store, together):
    """L4"""
    orders = [place() for _ in range(6)]
    together(*[lambda line=make_client(): send_orders(line, clock) for _ in range(3)])
    assert len(store.orders) == 6 and store.free[1] == 4
    assert {row.attempts for row in OutboxMessage.objects.all()} == {1}, "each was claimed by one sender"
    for order in orders:
        assert letters_of(order) == ["order_received", "order_accepted"]


def test_a_sender_killed_after_the_store_took_the_order_is_made_good_by_the_next(place, client, clock, store):
    """L4"""
    order = place()
    message = OutboxMessage.claim_next(now=clock())
    client.put_order(message.key, message.body)  # and here the sender dies
    assert send_orders(client, clock).sent == 0, "its lease is still running"
    clock.now += LEASE + timedelta(seconds=1)
    assert send_orders(client, clock).sent == 1
    assert len(store.orders) == 1
    assert letters_of(order) == ["order_received", "order_accepted"]


def test_a_sender_that_lost_its_lease_cannot_report_any_more(place, clock):
    place()
    slow = OutboxMessage.claim_next(now=clock())
    clock.now += LEASE + timedelta(seconds=1)
    quick = OutboxMessage.claim_next(now=clock())
    assert quick.pk == slow.pk
    assert not slow.retry_later(error="too late", now=clock())
    assert quick.mark_sent(now=clock())
    assert not slow.refuse(error="much too late", now=clock())
    assert OutboxMessage.objects.get().state == "sent"


def test_a_shortage_ends_the_order_and_names_the_book(place, client, clock, store):
    order = place(quantity=3, in_store=1)
    send_orders(client, clock)
    order.refresh_from_db()
    assert (order.state, order.store_version) == ("rejected", 1)
    assert order.reason == "The warehouse has too few copies of “Book 1” (3 ordered, 1 left)."
    assert OutboxMessage.objects.get().state == "sent", "the store has it, and answered"
    assert letters_of(order) == ["order_received", "order_rejected"]
    assert order.reason in Mail.objects.get(kind="order_rejected").text


def test_an_order_the_store_cannot_read_ends_and_stays_in_sight(place, client, clock):
    order = place(in_store=None)
    send_orders(client, clock)
    order.refresh_from_db()
    assert (order.state, order.reason) == ("rejected", "There is no book 1.")
    message = OutboxMessage.objects.get()
    assert message.state == "refused" and "no book 1" in message.last_error
    assert letters_of(order) == ["order_received", "order_rejected"]
    assert send_again(OutboxMessage.objects.all(), now=clock()) == 0, "the customer was told that it is over"


def test_a_number_taken_by_another_order_is_shown_and_not_told_to_the_customer(place, client, clock, store):
    """L4"""
    order = place()
    store.orders[str(order.number)] = {"lines": []}
    send_orders(client, clock)
    order.refresh_from_db()
    assert order.state == "placed"
    assert OutboxMessage.objects.get().state == "refused"
    assert letters_of(order) == ["order_received"]


def test_an_order_cancelled_before_it_came_is_cancelled_here_too(place, client, clock, store):
    order = place()
    store.cancelled.add(str(order.number))
    send_orders(client, clock)
    order.refresh_from_db()
    assert order.state == "cancelled"
    assert letters_of(order) == ["order_received", "order_cancelled"]


def test_a_refused_message_can_be_sent_again_by_a_person(place, client, clock, store):
    order = place()
    store.orders[str(order.number)] = {"lines": []}
    send_orders(client, clock)
    del store.orders[str(order.number)]
    assert send_again(OutboxMessage.objects.all(), now=clock()) == 1
    assert send_orders(client, clock).sent == 1
    assert Order.objects.get().state == "accepted"


def test_one_order_whose_outcome_cannot_be_written_does_not_hold_up_the_next(place, client, clock, store, monkeypatch):
    first, second = place(), place()
    from shop.storelink import inbox

    real = inbox.apply_events

    def broken_for_the_first(events, *, now):
        if events[0].order == first.number:
            raise RuntimeError("a fault of ours")
        real(events, now=now)

    monkeypatch.setattr(inbox, "apply_events", broken_for_the_first)
    send_orders(client, clock)
    second.refresh_from_db()
    assert second.state == "accepted"
    monkeypatch.undo()
    clock.now += LEASE + timedelta(seconds=1)
    send_orders(client, clock)
    first.refresh_from_db()
    assert first.state == "accepted" and letters_of(first) == ["order_received", "order_accepted"]


def ways(store) -> list[str]:
    return [command for command, _ in store.requests]


def test_orders_that_wait_go_together_once_the_store_has_answered_the_first(place, client, clock, store):
    orders = [place() for _ in range(5)]
    assert send_orders(client, clock).sent == 5
    assert ways(store) == ["PUT", "POST"]
    for order in orders:
        order.refresh_from_db()
        assert order.state == "accepted"
        assert letters_of(order) == ["order_received", "order_accepted"]
    assert store.free[1] == 5
    assert not OutboxMessage.objects.exclude(state="sent").exists()


def test_many_cost_the_statements_of_a_few(place, client, clock, django_assert_max_num_queries):
    for _ in range(12):
        place(in_store=99)
    with django_assert_max_num_queries(40):
        assert send_orders(client, clock).sent == 12


def test_one_that_the_store_stumbles_over_goes_by_itself_from_then_on(place, client, clock, store):
    _, bad, *_ = orders = [place() for _ in range(4)]
    store.single_faults[str(bad.number)] = "500"
    done = send_orders(client, clock)
    assert (done.sent, done.postponed) == (3, 1)
    assert set(store.orders) == {str(order.number) for order in orders} - {str(bad.number)}
    place()
    clock.now += timedelta(seconds=2)
    assert send_orders(client, clock).sent == 2
    assert store.requests[2:][0] == ("PUT", f"/api/orders/{bad.number}/")
    assert len(store.orders) == 5


def test_refused_ones_among_many_are_told_and_the_others_accepted(place, client, clock, store):
    first, short, last = place(), place(quantity=3, pk=2, in_store=2), place()
    done = send_orders(client, clock)
    assert (done.sent, done.refused, ways(store)) == (2, 1, ["PUT", "POST"])
    for order, state in ((first, "accepted"), (short, "rejected"), (last, "accepted")):
        order.refresh_from_db()
        assert order.state == state
    assert letters_of(short) == ["order_received", "order_rejected"]


@pytest.mark.parametrize("fault", ["swallow", "truncated", "500", "not json", "hang up"])
def test_an_exchange_of_many_that_is_lost_makes_each_order_once(place, client, clock, store, fault):
    """L4"""
    orders = [place() for _ in range(4)]
    store.faults.extend(["", fault])
    done = send_orders(client, clock)
    assert (done.sent, done.postponed) == (1, 3)
    clock.now += timedelta(seconds=2)
    assert send_orders(client, clock).sent == 3
    assert ways(store)[2:] == ["PUT"] * 3, "what was tried before goes by itself"
    assert len(store.orders) == 4 and store.free[1] == 6
    assert [letters_of(order) for order in orders] == [["order_received", "order_accepted"]] * 4


def test_a_store_of_an_earlier_version_gets_each_order_by_itself(place, client, clock, store, monkeypatch):
    from store_client import Problem, StoreRefused

    for _ in range(3):
        place()
    not_found = StoreRefused(Problem(404, "not-found", "Not found", ""))
    monkeypatch.setattr(client, "put_orders", lambda orders: (_ for _ in ()).throw(not_found))
    send_orders(client, clock)
    clock.now += timedelta(seconds=2)
    send_orders(client, clock)
    assert len(store.orders) == 3 and not OutboxMessage.objects.exclude(state="sent").exists()


def test_a_sender_that_lost_its_lease_closes_none_of_many(place, clock, store):
    """The claim's number of attempts decides, for many as for one."""
    place(), place()
    slow = OutboxMessage.claim_first_tries(topic=Topic.ORDER_PLACED, at_most=9, now=clock())
    assert [row.attempts for row in slow] == [1, 1]
    clock.now += LEASE + timedelta(seconds=1)
    assert OutboxMessage.claim_next(now=clock()).pk == slow[0].pk
    OutboxMessage.mark_all_sent(slow, now=clock())
    assert list(OutboxMessage.objects.order_by("pk").values_list("state", flat=True)) == ["waiting", "sent"]


def test_what_follows_another_message_of_its_order_is_not_claimed_with_the_first_tries(place, clock, store):
    order = place()
    OutboxMessage.objects.update(topic=Topic.HOLD_RELEASE)
    OutboxMessage.write(topic=Topic.ORDER_PLACED, key=str(order.number), body={}, now=clock())
    assert OutboxMessage.claim_first_tries(topic=Topic.ORDER_PLACED, at_most=9, now=clock()) == []


def test_a_run_whose_time_is_over_says_that_there_may_be_more(place, client, clock, store):
    for _ in range(30):
        place(in_store=99)
    done = send_orders(client, clock, run_for=timedelta(0))
    assert done.unfinished and done.sent == 26
    assert not send_orders(client, clock).unfinished
