"""Only what the shop has signed, lately, is believed."""

import json

import pytest

from bookshop_client import webhooks
from bookshop_client.webhooks import NotGenuine, verify

# The worked example of Standard Webhooks, over whose body its libraries test themselves.
SECRET, AT = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", 1614265330
ID, SIGNED = "msg_p5jXN8AQM9LWM0D4loKWxJek", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def sealed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    signed = b".".join([ID.encode(), str(AT).encode(), body])
    return {"Webhook-Id": ID, "Webhook-Timestamp": str(AT), "Webhook-Signature": webhooks._signature(secret, signed)}


BODY = json.dumps(
    {
        "id": "evt_1",
        "type": "book.stock",
        "timestamp": "2026-11-26T10:00:00Z",
        "sequence": 7,
        "subject": "book:1",
        "data": {"available": 3},
    }
).encode()


def test_the_signature_is_that_of_the_worked_example():
    assert sealed(b'{"test": 2432232314}')["Webhook-Signature"] == SIGNED


def test_a_genuine_delivery_is_read(monkeypatch):
    event = verify(BODY, sealed(BODY), SECRET, now_s=AT + 10)
    assert (event.type, event.sequence, event.data["available"]) == ("book.stock", 7, 3)
    both = sealed(BODY) | {"Webhook-Signature": f"v1,AAAA {sealed(BODY)['Webhook-Signature']}"}
    assert verify(BODY, both, ["whsec_" + "B" * 44, SECRET], now_s=AT).id == "evt_1", "while secrets change"


@pytest.mark.parametrize(
    "changed",
    [
        {"Webhook-Id": "msg_other"},
        {"Webhook-Timestamp": str(AT + 1)},
        {"Webhook-Timestamp": "soon"},
        {"Webhook-Signature": ""},
        {"Webhook-Signature": "v1a," + SIGNED},
        {"Webhook-Signature": "v1,\u00e9"},
    ],
)
def test_what_was_changed_is_not_believed(changed):
    with pytest.raises(NotGenuine):
        verify(BODY, sealed(BODY) | changed, SECRET, now_s=AT)


def test_neither_is_another_body_another_secret_an_old_one_or_one_without_headers():
    for body, headers, secret, now_s in (
        (BODY + b" ", sealed(BODY), SECRET, AT),
        (BODY, sealed(BODY), "whsec_" + "B" * 44, AT),
        (BODY, sealed(BODY), SECRET, AT + 301),
        (BODY, sealed(BODY), SECRET, AT - 301),
        (BODY, {}, SECRET, AT),
    ):
        with pytest.raises(NotGenuine):
            verify(body, headers, secret, now_s=now_s)
    with pytest.raises(ValueError, match="whsec_"):
        verify(BODY, sealed(BODY), "whsec_no base64", now_s=AT)
