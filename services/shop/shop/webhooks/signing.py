"""How a delivery is signed: the scheme v1 of Standard Webhooks (standardwebhooks.com), HMAC-SHA256 over id, time and body."""

import base64
import hmac
import secrets

PREFIX = "whsec_"
RANDOM_BYTES = 32


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(RANDOM_BYTES)).decode()


def headers(event_id: str, body: bytes, *, sent_at: int, secrets: list[str]) -> dict[str, str]:
    """This function will sign a body with every live secret.

    :param sent_at: seconds since 1970, of this very attempt: a receiver refuses what is old.
    """
    signed = b".".join([event_id.encode(), str(sent_at).encode(), body])
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(sent_at),
        "webhook-signature": " ".join(f"v1,{_signature(secret, signed)}" for secret in secrets),
    }


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
