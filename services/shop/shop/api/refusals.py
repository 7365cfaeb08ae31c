"""Which doors answer which problems, for the description."""

from shop.api import conditions, visitors
from shop.api.problem_examples import PROBLEMS
from shop.api.repeating import HEADER

# What is said by some doors alone; the names are those of the examples.
_CART = ("UnknownProduct", "Retired", "TooManyCopies")
_COUPON = ("UnknownCoupon", "CouponUsedUp", "CouponRefused", "TooManyGuesses")
BY_DOOR = {
    "addresses_add": ("Refused",),
    "cart_add": (*_CART, "OutOfStock", "Refused"),
    "cart_change": (*_CART, "OutOfStock", "Refused"),
    **dict.fromkeys(("cart_read", "cart_total"), _COUPON),
    "orders_place": ("OutOfStock", *_CART, *_COUPON, "PriceChanged", "Refused"),
    "orders_move": ("IllegalMove", "Refused"),
    "orders_cancel": ("Refused",),
    "orders_return": ("Refused",),
    "orders_pay": ("Refused", "GatewayAway"),
    **dict.fromkeys(("orders_again", "orders_refund_settle"), ("Refused",)),
    "employee_orders_process": ("IllegalMove",),
    "groups_put_in": ("NotYoursToGive",),
    "groups_take_out": ("NotYoursToGive",),
    "reviews_write": ("NotBought", "Refused"),
    "reviews_mine_change": ("Refused",),
    **dict.fromkeys(("coupons_add", "coupons_change", "coupons_remove"), ("Refused",)),
    "token": ("WrongPassword", "SecondStep", "WrongCode", "AddressNotConfirmed", "TooManyAttempts"),
    "token_refresh": ("LogInOver",),
    "register": ("TooManyAttempts",),
    "password_reset": ("TooManyAttempts",),
    **dict.fromkeys(("me_data", "email_change", "contact_write"), ("TooManyAttempts",)),
    "me_delete": ("Refused", "TooManyAttempts"),
    "wishlist_add": ("UnknownProduct", "Refused"),
    **dict.fromkeys(("products_add", "products_put", "products_change", "products_retire"), ("Refused", "StoreAway")),
    "products_bulk": ("Refused", "StoreAway"),
    **dict.fromkeys(("products_bulk_job", "products_bulk_jobs"), ("StoreAway",)),
}
# Doors for staff alone, who may lack the second step.
OF_STAFF = ("customers", "employee", "groups", "reviews", "coupons", "discounts", "contact", "products", "orders")
# Request headers that no door finds fault with: what is wrong in them is just not so.
NEVER_WRONG = frozenset({"If-None-Match", conditions.HEADER, "X-Order-Key"})


def by_status(path: str, verb: str, door: dict) -> dict[str, list[str]]:
    """Names of those that a described door may answer, but for what is a fault of ours."""
    said = BY_DOOR.get(door["operationId"], ())
    found: dict[str, list[str]] = {}
    for name in PROBLEMS:
        if name in said or name in _derived(path, verb, door):
            found.setdefault(str(PROBLEMS[name]["status"]), []).append(name)
    return found


def headers_of(status: str, names: list[str]) -> dict:
    """What stands above such an answer."""
    if status in ("429", "503") or "InProgress" in names:
        told = {"description": "Seconds after which to ask again.", "schema": {"type": "integer", "minimum": 1}}
        return {"headers": {"Retry-After": told | {"required": status != "409"}}}
    if status == "401":
        told = {"description": "How to say who you are.", "schema": {"type": "string"}}
        return {"headers": {"WWW-Authenticate": told | {"required": names == ["Unauthenticated"]}}}
    return {}


def _derived(path: str, verb: str, door: dict) -> frozenset[str]:
    """What follows from who may call a door, and from what it takes."""
    taken = {one["name"] for one in door.get("parameters", ()) if one["in"] != "path"}
    security = door.get("security", [])
    kinds = door.get("requestBody", {}).get("content", {})
    told = {
        "Invalid": kinds or taken - NEVER_WRONG,
        "NotJson": "application/json" in kinds,
        "BadCartToken": visitors.HEADER in taken,
        "Unauthenticated": security,  # also where nobody needs a token: one that is not good opens nothing
        "Forbidden": security and {} not in security,
        "OutOfScope": "x-scope" in door,
        "SecondStepFirst": security and {} not in security and path.split("/")[2] in OF_STAFF,
        "NotFound": "{" in path or "page" in taken,
        "NotAcceptable": True,
        "InProgress": HEADER in taken,
        "Changed": conditions.HEADER in taken,
        "TooLarge": kinds,
        "UnsupportedMediaType": kinds,
        "KeyReused": HEADER in taken,
        "Throttled": True,
        "Closed": security,  # but for what lets staff in
        "Unavailable": True,
    }
    return frozenset(name for name, fits in told.items() if fits)
