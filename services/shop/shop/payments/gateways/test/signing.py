"""How the test bank signs its notices: HMAC-SHA256 over the time and the raw bytes, as real gateways do."""

import hashlib
import hmac
from datetime import datetime, timedelta

from django.conf import settings

from shop.payments.gateways.base import NotBelieved

SIGNATURE, TIME = "X-Test-Bank-Signature", "X-Test-Bank-Time"
BELIEVED_FOR = timedelta(minutes=5)


def headers(body: bytes, *, now: datetime) -> dict[str, str]:
    time = str(int(now.timestamp()))
    return {TIME: time, SIGNATURE: _signature(time, body), "Content-Type": "application/json"}


def verify(given: dict[str, str], body: bytes, *, now: datetime) -> None:
    """:raises NotBelieved: for a wrong signature, or one so old that somebody may have kept it."""
    time = given.get(TIME, "")
    if not hmac.compare_digest(_signature(time, body).encode(), given.get(SIGNATURE, "").encode()):
        raise NotBelieved("The notice is not signed by the test bank.")
    if not time.isascii() or not time.isdigit() or abs(now.timestamp() - int(time)) > BELIEVED_FOR.total_seconds():
        raise NotBelieved("The notice is too old, or from the future.")


def _signature(time: str, body: bytes) -> str:
    key = hashlib.sha256(b"test bank" + settings.SECRET_KEY.encode()).digest()
    return hmac.new(key, time.encode() + b"." + body, hashlib.sha256).hexdigest()
