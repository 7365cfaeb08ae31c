"""For who listens to the shop's webhooks: whether a delivery came from the shop, and what it says.

The scheme is v1 of Standard Webhooks (standardwebhooks.com): HMAC-SHA256 over id, time and body.
"""

import base64
import binascii
import hmac
import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

TOLERANCE_S = 300


class NotGenuine(Exception):
    """This did not come from the shop, was changed on its way, or is old: answer 400 and do nothing."""


@dataclass(frozen=True)
class Event:
    """Something that happened. It may come more than once: `id` is the same each time.

    :ivar sequence: within a subject, later is higher.
    """

    id: str
    type: str
    timestamp: datetime
    sequence: int
    subject: str
    data: Mapping[str, Any]


def verify(
    body: bytes,
    headers: Mapping[str, str],
    secrets: str | Iterable[str],
    *,
    now_s: float | None = None,
    tolerance_s: float = TOLERANCE_S,
) -> Event:
    """This function will read a delivery, if it is genuine.

    :param body: the bytes that came in, before anything has read them.
    :param headers: of the request; the letters' case does not matter.
    :param secrets: one `whsec_…`, or several while they change.
    :param now_s: seconds since 1970; the clock, unless it is given.
    :raises NotGenuine:
    """
    given = {name.lower(): value for name, value in headers.items()}
    try:
        event_id, sent_at, offered = (given[f"webhook-{name}"] for name in ("id", "timestamp", "signature"))
    except KeyError as missing:
        raise NotGenuine(f"The header {missing} is missing.") from None
    if not (sent_at.isascii() and sent_at.isdigit()):
        raise NotGenuine("Its time is no number.")
    if abs((time.time() if now_s is None else now_s) - int(sent_at)) > tolerance_s:
        raise NotGenuine("It is too old, or the clocks differ.")
    signed = b".".join([event_id.encode(), sent_at.encode(), body])
    expected = [_signature(secret, signed) for secret in ([secrets] if isinstance(secrets, str) else secrets)]
    if not any(_same(one, other) for one in expected for other in offered.split(" ")):
        raise NotGenuine("The signature is not of this secret, or something was changed on its way.")
    return _event(body)


def _signature(secret: str, signed: bytes) -> str:
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error as error:
        raise ValueError("A secret begins with whsec_ and is base64.") from error
    return "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _event(body: bytes) -> Event:
    told = json.loads(body)
    return Event(
        id=told["id"],
        type=told["type"],
        timestamp=datetime.fromisoformat(told["timestamp"]),
        sequence=told["sequence"],
        subject=told["subject"],
        data=told["data"],
    )
