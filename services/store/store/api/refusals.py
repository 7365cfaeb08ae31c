"""Which doors answer which problems, for the description."""

from store.api.problem_examples import PROBLEMS
from store.api.writing import KEY_HEADER

# What is said by some doors alone; the names are those of the examples.
_FEED = ("BadCursor", "FeedRestarted")
BY_DOOR = {
    **dict.fromkeys(("books_changes", "orders_changes", "returns_changes"), _FEED),
    **dict.fromkeys(("books_add", "books_put", "books_change", "books_retire"), ("InProgress",)),
    "imports_send": ("CutOff", "InProgress"),
    "orders_push": ("OutOfStock", "OrderDiffers", "OrderCancelled", "InProgress"),
    "orders_push_many": ("InProgress",),
    "orders_cancel": ("TooLate", "InProgress"),
    "holds_take": ("OutOfStock", "HoldDiffers", "HoldUsed", "InProgress"),
    "holds_release": ("HoldUsed", "InProgress"),
    "returns_ask": ("ReturnDiffers", "NotSent", "TooMany", "InProgress"),
}


def by_status(path: str, door: dict) -> dict[str, list[str]]:
    """Names of those that a described door may answer, but for what is a fault of ours."""
    said = {*BY_DOOR.get(door["operationId"], ()), *_derived(path, door)}
    found: dict[str, list[str]] = {}
    for name, problem in PROBLEMS.items():
        if name in said:
            found.setdefault(str(problem["status"]), []).append(name)
    return found


def headers_of(status: str, names: list[str]) -> dict:
    """What stands above such an answer."""
    if status == "503" or "InProgress" in names:
        told = {"description": "Seconds after which to ask again.", "schema": {"type": "integer", "minimum": 1}}
        return {"headers": {"Retry-After": told | {"required": status == "503"}}}
    if status == "401":
        told = {"description": "How to say who you are.", "schema": {"type": "string"}, "required": True}
        return {"headers": {"WWW-Authenticate": told}}
    return {}


def _derived(path: str, door: dict) -> frozenset[str]:
    """What follows from what a door takes."""
    taken = {one["name"] for one in door.get("parameters", ()) if one["in"] != "path"}
    kinds = door.get("requestBody", {}).get("content", {})
    told = {
        "BadParameter": taken - {"If-None-Match", "search"},
        "NotJson": "application/json" in kinds,
        "Unauthenticated": True,
        "Forbidden": True,
        "NotFound": "{" in path,
        "NotAcceptable": True,
        "WriteDiffers": KEY_HEADER in taken,
        "ChangedMeanwhile": "If-Match" in taken,
        "TooLarge": kinds,
        "UnsupportedMediaType": "application/json" in kinds,
        "Invalid": kinds,
        "Unavailable": True,
    }
    return frozenset(name for name, fits in told.items() if fits)
