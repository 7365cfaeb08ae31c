"""What doors answer when something is not so, for the description: the words of the code itself where it has them in one place."""

from rest_framework import exceptions

from store.api.examples import ORDER
from store.api.problems import as_problem, in_progress
from store.api.writing import KEY_HEADER, key_used
from store.orders.accepting import OrderCancelled, OrderDiffers

PROBLEMS = {
    "Invalid": as_problem(exceptions.ValidationError({"lines": [{"quantity": ["A valid integer is required."]}]})).body,
    "Unauthenticated": as_problem(exceptions.NotAuthenticated()).body,
    "Forbidden": as_problem(exceptions.PermissionDenied()).body,
    "NotFound": as_problem(exceptions.NotFound()).body,
    "InProgress": in_progress().body,
    "OrderDiffers": as_problem(OrderDiffers(ORDER)).body,
    "OrderCancelled": as_problem(OrderCancelled(ORDER)).body,
    "WriteDiffers": key_used().body,
    "OutOfStock": {
        "type": "/problems/out-of-stock",
        "title": "Too few copies",
        "status": 409,
        "detail": "The lines in `short` ask for more copies than are free; nothing is held. Ask for fewer.",
        "order": ORDER,
        "short": [{"line": 1, "book": 301, "quantity": 2, "free": 1}],
    },
    "ChangedMeanwhile": {
        "type": "/problems/changed-meanwhile",
        "title": "The book has changed",
        "status": 412,
        "detail": "The book is of version 5 by now. Read it again, and decide anew; nothing was kept.",
    },
    "TooLate": {
        "type": "/problems/too-late",
        "title": "Too late to cancel",
        "status": 409,
        "detail": "The order is dispatched already.",
    },
}
# What is said by some doors alone.
BY_DOOR = {
    "orders_push": ("OutOfStock", "OrderDiffers", "OrderCancelled", "InProgress"),
    "orders_cancel": ("TooLate", "InProgress"),
    "holds_take": ("OutOfStock", "InProgress"),
    "holds_release": ("InProgress",),
    "returns_ask": ("InProgress",),
}


def problems_of(path: str, door: dict) -> list[str]:
    """Names of those that a described door may answer, but for what is a fault of ours."""
    named = {parameter["name"] for parameter in door.get("parameters", ())}
    told = [
        ("Invalid", "requestBody" in door),
        ("Unauthenticated", True),
        ("Forbidden", True),
        ("NotFound", "{" in path),
        ("WriteDiffers", KEY_HEADER in named),
        ("ChangedMeanwhile", "If-Match" in named),
    ]
    return [*BY_DOOR.get(door["operationId"], ()), *(name for name, fits in told if fits)]
