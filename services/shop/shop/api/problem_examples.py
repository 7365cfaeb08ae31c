"""What doors answer when something is not so, for the description: the words of the code itself where it has them in one place."""

from rest_framework import exceptions

from shop.api import conditions, problems
from shop.api.accounts import too_many
from shop.api.at_the_store import away
from shop.api.examples import ORDER
from shop.api.repeating import in_progress

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
_KEY_REUSED = {
    "type": "/problems/key-reused",
    "title": "The key is used",
    "status": 422,
    "detail": "This Idempotency-Key belongs to something else. Use a new key for something new.",
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
_UNSUPPORTED = {
    "type": "/problems/unsupported-media-type",
    "title": "Not this media type",
    "status": 415,
    "detail": "Unsupported media type “text/plain” in request.",
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
    "NotAcceptable": problems.as_problem(exceptions.NotAcceptable()).body,
    "Refused": problems.refused(Exception("The parcel has left already.")).body,
    "OutOfStock": _OUT_OF_STOCK,
    "IllegalMove": _ILLEGAL_MOVE,
    "InProgress": in_progress().body,
    "Changed": conditions.changed().body,
    "TooLarge": _TOO_LARGE,
    "UnsupportedMediaType": _UNSUPPORTED,
    "KeyReused": _KEY_REUSED,
    "Throttled": problems.as_problem(exceptions.Throttled(12)).body,
    "TooManyAttempts": too_many().body,
    "Closed": problems.closed(120).body,
    "Unavailable": _UNAVAILABLE,
    "StoreAway": away().body,
    "GatewayAway": _GATEWAY_AWAY,
}
