"""The tables of moves: what is not in them is refused, and no state of an order is a dead end by mistake."""

import pytest

from shop.orders.models import Order
from shop.orders.states import MOVES as ORDER_MOVES
from shop.orders.states import IllegalMove as IllegalOrderMove
from shop.orders.states import State as OrderState
from shop.outbox.models import Deliverable
from shop.payments.models import Payment, Refund
from shop.payments.states import MOVES, REFUND_MOVES, IllegalMove, RefundState, State


@pytest.mark.parametrize("source", list(State))
@pytest.mark.parametrize("target", list(State))
def test_a_payment_makes_exactly_the_moves_of_its_table(source, target, now):
    payment = Payment(state=source)
    if target in MOVES[source]:
        event = payment.move_to(target, at=now, reason="Because.")
        assert (payment.state, event.state, event.at, event.reason) == (target, target, now, "Because.")
    else:
        with pytest.raises(IllegalMove):
            payment.move_to(target, at=now)
        assert payment.state == source


@pytest.mark.parametrize("source", list(OrderState))
@pytest.mark.parametrize("target", list(OrderState))
def test_an_order_makes_exactly_the_moves_of_its_table(source, target, now):
    order = Order(state=source, version=3)
    if target in ORDER_MOVES[source]:
        assert order.move_to(target, at=now).version == 4
    else:
        with pytest.raises(IllegalOrderMove):
            order.move_to(target, at=now)
        assert (order.state, order.version) == (source, 3)


def test_money_that_was_taken_can_always_be_written_down_and_never_undone():
    assert all(State.CAPTURED in moves for state, moves in MOVES.items() if state not in (None, State.CAPTURED))
    assert not MOVES[State.CAPTURED]


@pytest.mark.parametrize(("moves", "states"), [(MOVES, State), (ORDER_MOVES, OrderState), (REFUND_MOVES, RefundState)])
def test_every_state_can_be_reached_from_a_beginning(moves, states):
    reached, on = set(), set(moves[None])
    while on:
        reached |= on
        on = {target for state in on for target in moves[state]} - reached
    assert reached == set(states)


def test_an_order_begins_only_as_its_table_says(now):
    for state in OrderState:
        if state in ORDER_MOVES[None]:
            assert Order().move_to(state, at=now).version == 1
        else:
            with pytest.raises(IllegalOrderMove):
                Order().move_to(state, at=now)


@pytest.mark.parametrize(
    ("state", "attempts", "stage"),
    [
        (Deliverable.State.WAITING, 0, RefundState.DUE),
        (Deliverable.State.WAITING, 1, RefundState.SENT),
        (Deliverable.State.SENT, 1, RefundState.DONE),
        (Deliverable.State.REFUSED, 1, RefundState.FAILED),
        (Deliverable.State.GIVEN_UP, 1, RefundState.FAILED),
    ],
)
def test_the_stage_of_a_refund_is_read_off_its_delivery(state, attempts, stage):
    assert Refund(state=state, attempts=attempts).stage == stage


def test_sending_a_failed_refund_again_is_a_move_of_its_table():
    assert Refund(state=Deliverable.State.WAITING, attempts=2).stage in REFUND_MOVES[RefundState.FAILED]
