"""PayPal's REST API as this shop uses it: a token, and requests that may be repeated.

From PayPal's documentation: Authentication (POST /v1/oauth2/token with the grant client_credentials), Idempotency (the
same PayPal-Request-Id answers the latest status of the first request; of two at once the second may fail), API responses
(errors are {name, message, debug_id, details: [{issue, description}]}).
"""

import threading
import time

from django.conf import settings

from shop.payments.gateways.base import GatewayRefused, GatewayUnavailable
from shop.payments.gateways.line import Answer, Line

HOSTS = {False: "https://api-m.paypal.com", True: "https://api-m.sandbox.paypal.com"}
BEFORE_ITS_END_S = 60
UNAUTHORISED, CONFLICT = 401, 409

_tokens: dict[tuple[str, str], tuple[str, float]] = {}
_lock = threading.Lock()


class Api:
    """One piece of work with PayPal."""

    def __init__(self):
        self._base = settings.PAYPAL_URL or HOSTS[settings.PAYPAL_SANDBOX]
        self._line = Line("PayPal", self._base)

    def get(self, path: str) -> Answer:
        return self._ask("GET", path, {})

    def post(self, path: str, body: bytes | dict, *, once: str = "") -> Answer:
        """:param once: the request's own number, under which PayPal does it once however often it is sent."""
        headers = {"PayPal-Request-Id": once} if once else {}
        if isinstance(body, dict):
            return self._ask("POST", path, headers, json=body)
        return self._ask("POST", path, {**headers, "Content-Type": "application/json"}, data=body)

    def _ask(self, method: str, path: str, headers: dict, **request) -> Answer:
        """A token that PayPal no longer takes, such as after its secret was changed, is fetched anew once."""
        for is_last in (False, True):
            token = self._token()
            answer = self._line.ask(method, path, headers={**headers, "Authorization": f"Bearer {token}"}, **request)
            if answer.status != UNAUTHORISED:
                break
            forget_token(token)
            if is_last:
                raise GatewayUnavailable("PayPal does not take the token that it gave us.")
        if answer.status == CONFLICT:
            raise GatewayUnavailable("PayPal is still at an earlier request of the same number.")
        return answer

    def _token(self) -> str:
        whose = (self._base, settings.PAYPAL_CLIENT_ID)
        with _lock:
            token, ends = _tokens.get(whose, ("", 0.0))
        if time.monotonic() < ends:
            return token
        answer = self._line.ask(
            "POST",
            "/v1/oauth2/token",
            data={"grant_type": "client_credentials"},
            auth=(settings.PAYPAL_CLIENT_ID, settings.PAYPAL_CLIENT_SECRET),
        )
        if not answer.is_done or not isinstance(answer.body.get("access_token"), str):
            raise GatewayUnavailable("PayPal does not accept PAYPAL_CLIENT_ID and PAYPAL_CLIENT_SECRET.")
        token, lasts_s = answer.body["access_token"], float(answer.body.get("expires_in") or 0)
        with _lock:
            _tokens[whose] = (token, time.monotonic() + lasts_s - BEFORE_ITS_END_S)
        return token


def forget_token(token: str = "") -> None:
    """This function will forget a token, or all of them."""
    with _lock:
        for whose in [whose for whose, (known, _) in _tokens.items() if token in ("", known)]:
            del _tokens[whose]


def issues(answer: Answer) -> frozenset[str]:
    """The words by which PayPal says what is wrong, such as ORDER_ALREADY_CAPTURED."""
    details = answer.body.get("details")
    named = [detail.get("issue") for detail in details if isinstance(detail, dict)] if isinstance(details, list) else []
    return frozenset(str(word) for word in [answer.body.get("name"), *named] if word)


def refusal(what: str, answer: Answer) -> GatewayRefused:
    words = ", ".join(sorted(issues(answer))) or "no reason"
    return GatewayRefused(f"PayPal {what}: {answer.status}, {words} (debug id {answer.body.get('debug_id', 'none')})")
