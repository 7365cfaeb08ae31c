"""Which moves of an order the shop may be told to make, and in which words it says no to others."""

from shop.api.problems import Problem
from shop.orders.models import Order
from shop.orders.states import MOVES, TABLE, State

CANCELS = frozenset({State.CANCELLED, State.CANCEL_REQUESTED})


def not_ours(order: Order, source: State, target: State) -> Problem:
    """Why an order cannot be moved there from here: nobody may, or somebody else does."""
    move = next((move for move in TABLE if (move.source, move.target) == (source, target)), None)
    if move:
        detail = f"Nobody sets an order to “{target.label}” by hand: the {move.by} {move.when}."
    else:
        further = ", ".join(sorted(MOVES[source])) or "nothing else"
        detail = f"An order that is {source} cannot become {target}. From there it can become {further}."
    return Problem(409, "illegal-move", "The order cannot be moved there", detail, order=str(order.number))
