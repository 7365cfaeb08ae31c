"""What doors answer when something is not so, for the description: the words of the code itself where it has them in one place."""

from decimal import Decimal

from rest_framework import exceptions

from shop.api import conditions, problems
from shop.api.accounts import too_many
from shop.api.at_the_store import away
from shop.api.examples import ORDER
from shop.api.guesses import coupon_problem
from shop.api.permissions import second_step_first
from shop.api.repeating import HEADER, in_progress, key_used
from shop.cart import operations as cart
from shop.catalogue.models import Book
from shop.coupons import operations as coupons
from shop.coupons.visitors import TooManyGuesses
from shop.orders.operations import PriceChanged

_EMMA = Book(pk=301, title="Emma")

_OUT_OF_STOCK = {
    "type": "/problems/out-of-stock",
    "title": "Too few copies",
    "status": 409,
    "detail": "Fewer copies are left than you want of the products named in short; nothing was ordered.",
    "short": [{"product_id": 301, "quantity": 2, "available": 1}],
}
_ILLEGAL_MOVE = {
    "type": "/problems/illegal-move",
    "title": "The order cannot be moved there",
    "status": 409,
    "detail": "An order that is shipped cannot become cancelled. From there it can become nothing else.",
    "order": ORDER,
}
_WRONG_PASSWORD = {
    "type": "/problems/wrong-password",
    "title": "Not logged in",
    "status": 401,
    "detail": "The username, address or password is wrong.",
}
_SECOND_STEP = {
    "type": "/problems/second-step",
    "title": "A code is needed",
    "status": 401,
    "detail": "This account has an authenticator app. Send its code, or a recovery code, as “code”.",
}
PROBLEMS = {
    "Invalid": problems.missing(("quantity", "Ensure this value is greater than or equal to 1.")).body,
    "Unauthenticated": problems.as_problem(exceptions.NotAuthenticated()).body,
    "Forbidden": problems.as_problem(exceptions.PermissionDenied()).body,
    "NotFound": problems.as_problem(exceptions.NotFound()).body,
    "SecondStepFirst": second_step_first().body,
    "Refused": problems.refused(Exception("The parcel has left already.")).body,
    "UnknownProduct": problems.refused(cart.UnknownBook(301)).body,
    "Retired": problems.refused(cart.Retired(_EMMA)).body,
    "TooManyCopies": problems.refused(cart.TooManyCopies(98)).body,
    "UnknownCoupon": problems.refused(coupons.UnknownCoupon()).body,
    "CouponUsedUp": problems.refused(coupons.UsedUp("The coupon SPRING has been used up.")).body,
    "CouponRefused": problems.refused(coupons.CouponRefused("The coupon SPRING is no longer valid.")).body,
    "PriceChanged": problems.refused(PriceChanged(Decimal("28.90"), Decimal("30.90"))).body,
    "InProgress": in_progress().body,
    "Changed": conditions.changed().body,
    "KeyReused": key_used().body,
    "Throttled": problems.as_problem(exceptions.Throttled(12)).body,
    "TooManyAttempts": too_many().body,
    "TooManyGuesses": coupon_problem(TooManyGuesses()).body,
    "Closed": problems.closed(120).body,
    "OutOfStock": _OUT_OF_STOCK,
    "IllegalMove": _ILLEGAL_MOVE,
    "WrongPassword": _WRONG_PASSWORD,
    "SecondStep": _SECOND_STEP,
    "StoreAway": away().body,
}
# Causes for which the shop has slugs of their own, but for out-of-stock; see shop.api.causes.
_CART = ("UnknownProduct", "Retired", "TooManyCopies")
_COUPON = ("UnknownCoupon", "CouponUsedUp", "CouponRefused")
_OF_STAFF = ("/api/customers/", "/api/employee/", "/api/groups/", "/api/reviews/")
# What is said by some doors alone.
BY_DOOR = {
    "cart_add": (*_CART, "OutOfStock", "Refused"),
    **dict.fromkeys(("cart_read", "cart_total"), (*_COUPON, "TooManyGuesses")),
    "wishlist_add": ("UnknownProduct", "Refused"),
    "orders_place": (
        *("OutOfStock", "UnknownProduct", "Retired", *_COUPON, "PriceChanged", "Refused", "TooManyGuesses"),
    ),
    "orders_move": ("IllegalMove",),
    "orders_cancel": ("Refused",),
    "employee_orders_process": ("IllegalMove",),
    "orders_return": ("Refused",),
    "orders_pay": ("Refused",),
    "token": ("WrongPassword", "SecondStep", "TooManyAttempts"),
    "token_refresh": ("Unauthenticated",),
    "register": ("TooManyAttempts",),
    **dict.fromkeys(("me_data", "email_change"), ("TooManyAttempts",)),
    "me_delete": ("Refused", "TooManyAttempts"),
    "contact_write": ("TooManyAttempts",),
    **dict.fromkeys(("orders_again", "reviews_mine_change", "orders_refund_settle"), ("Refused",)),
    **dict.fromkeys(("coupons_add", "coupons_change", "coupons_remove"), ("Refused",)),
    **dict.fromkeys(("products_add", "products_put", "products_change", "products_retire"), ("StoreAway",)),
    **dict.fromkeys(("products_bulk", "products_bulk_job", "products_bulk_jobs"), ("StoreAway",)),
}


def problems_of(path: str, verb: str, door: dict) -> list[str]:
    """Names of those that a described door may answer, but for what is a fault of ours."""
    named = {parameter["name"] for parameter in door.get("parameters", ())}
    is_closed = {} not in door.get("security", [{}])
    told = [
        ("Invalid", "requestBody" in door or "page" in named),
        ("Unauthenticated", is_closed),
        ("Forbidden", is_closed),
        ("SecondStepFirst", path.startswith(_OF_STAFF) or door.get("description", "").startswith("For staff")),
        ("NotFound", "{" in path),
        ("Changed", verb in ("put", "patch", "delete")),
        ("InProgress", HEADER in named),
        ("KeyReused", HEADER in named),
        ("Throttled", True),
        ("Closed", True),
    ]
    return [*dict.fromkeys([*BY_DOOR.get(door["operationId"], ()), *(name for name, fits in told if fits)])]
