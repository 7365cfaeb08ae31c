"""What doors answer when something is not so, for the description: the words of the code itself where it has them in one place."""

from decimal import Decimal

from rest_framework import exceptions

from shop.api import conditions, problems
from shop.api.accounts import too_many
from shop.api.at_the_store import away
from shop.api.examples import ORDER
from shop.api.guesses import coupon_problem
from shop.api.permissions import second_step_first
from shop.api.repeating import in_progress, key_used
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
_UNAVAILABLE = {
    "type": "/problems/unavailable",
    "title": "Try again later",
    "status": 503,
    "detail": "The shop cannot answer at present.",
}
_SECOND_STEP = {
    "type": "/problems/second-step",
    "title": "A code is needed",
    "status": 401,
    "detail": "This account has an authenticator app. Send its code, or a recovery code, as “code”.",
}
_WRONG_CODE = {
    "type": "/problems/wrong-code",
    "title": "Not logged in",
    "status": 401,
    "detail": "The code is wrong, too old or used.",
}
_LOG_IN_OVER = {
    "type": "/problems/unauthenticated",
    "title": "Who are you?",
    "status": 401,
    "detail": "This refresh token is not good any more. Log in again with POST /auth/token/.",
}
_NOT_CONFIRMED = {
    "type": "/problems/address-not-confirmed",
    "title": "Please confirm your address",
    "status": 403,
    "detail": "The address of this account is not confirmed. Send the code we mailed to POST /auth/email/verify/.",
}
_OUT_OF_SCOPE = {
    "type": "/problems/out-of-scope",
    "title": "Not with this token",
    "status": 403,
    "detail": "This token is for “orders:read”; here it would need “cart:write”. Log in anew for a wider one.",
    "needed": "cart:write",
}
_NOT_BOUGHT = {
    "type": "/problems/not-bought",
    "title": "Not allowed",
    "status": 403,
    "detail": "You can review books that you have bought here.",
}
_NOT_YOURS_TO_GIVE = {
    "type": "/problems/not-yours-to-give",
    "title": "Not allowed",
    "status": 403,
    "detail": "You may not give: Owners.",
}
_BAD_CART_TOKEN = {
    "type": "/problems/bad-cart-token",
    "title": "A header is wrong",
    "status": 400,
    "detail": "X-Cart-Token is no token of this shop. Leave it out, and the first book you add brings a new one.",
}
_TOO_LARGE = {
    "type": "/problems/too-large",
    "title": "The body is too large",
    "status": 413,
    "detail": "Send at most 256 kB.",
}
_GATEWAY_AWAY = {
    "type": "/problems/gateway-away",
    "title": "Try again later",
    "status": 503,
    "detail": "This way to pay does not answer at the moment. Try again, or another one.",
}
PROBLEMS = {
    "Invalid": problems.missing(("quantity", "Ensure this value is greater than or equal to 1.")).body,
    "NotJson": problems.as_problem(exceptions.ParseError("The body is not JSON in UTF-8.")).body,
    "BadCartToken": _BAD_CART_TOKEN,
    "Unauthenticated": problems.as_problem(exceptions.NotAuthenticated()).body,
    "WrongPassword": _WRONG_PASSWORD,
    "SecondStep": _SECOND_STEP,
    "WrongCode": _WRONG_CODE,
    "LogInOver": _LOG_IN_OVER,
    "Forbidden": problems.as_problem(exceptions.PermissionDenied()).body,
    "OutOfScope": _OUT_OF_SCOPE,
    "AddressNotConfirmed": _NOT_CONFIRMED,
    "NotBought": _NOT_BOUGHT,
    "NotYoursToGive": _NOT_YOURS_TO_GIVE,
    "NotFound": problems.as_problem(exceptions.NotFound()).body,
    "SecondStepFirst": second_step_first().body,
    "NotAcceptable": problems.as_problem(exceptions.NotAcceptable()).body,
    "Refused": problems.refused(Exception("The parcel has left already.")).body,
    "UnknownProduct": problems.refused(cart.UnknownBook(301)).body,
    "Retired": problems.refused(cart.Retired(_EMMA)).body,
    "TooManyCopies": problems.refused(cart.TooManyCopies(98)).body,
    "UnknownCoupon": problems.refused(coupons.UnknownCoupon()).body,
    "CouponUsedUp": problems.refused(coupons.UsedUp("The coupon SPRING has been used up.")).body,
    "CouponRefused": problems.refused(coupons.CouponRefused("The coupon SPRING is no longer valid.")).body,
    "PriceChanged": problems.refused(PriceChanged(Decimal("28.90"), Decimal("30.90"))).body,
    "OutOfStock": _OUT_OF_STOCK,
    "IllegalMove": _ILLEGAL_MOVE,
    "InProgress": in_progress().body,
    "Changed": conditions.changed().body,
    "TooLarge": _TOO_LARGE,
    "UnsupportedMediaType": problems.as_problem(exceptions.UnsupportedMediaType("text/plain")).body,
    "KeyReused": key_used().body,
    "Throttled": problems.as_problem(exceptions.Throttled(12)).body,
    "TooManyAttempts": too_many().body,
    "TooManyGuesses": coupon_problem(TooManyGuesses()).body,
    "Closed": problems.closed(120).body,
    "Unavailable": _UNAVAILABLE,
    "StoreAway": away().body,
    "GatewayAway": _GATEWAY_AWAY,
}
