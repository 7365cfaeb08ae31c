"""PayPal's webhooks: is it PayPal's, and which order is it about?

From PayPal's documentation: a notice carries the headers below and an event {id, event_type, resource}; POST
/v1/notifications/verify-webhook-signature says SUCCESS or FAILURE. The event goes back to PayPal as the very bytes that
came, since the signature is over them and another way to write the same JSON would fail. The certificate's address is for
PayPal to judge: this shop never fetches it.
"""

import json

from django.conf import settings

from shop.payments.gateways.base import NotBelieved
from shop.payments.gateways.paypal.api import Api
from shop.payments.gateways.paypal.orders import NUMBER

SIGNED_BY = {
    "auth_algo": "PayPal-Auth-Algo",
    "cert_url": "PayPal-Cert-Url",
    "transmission_id": "PayPal-Transmission-Id",
    "transmission_sig": "PayPal-Transmission-Sig",
    "transmission_time": "PayPal-Transmission-Time",
}
LONGEST_HEADER = 1000
ORDERS, CAPTURES = "CHECKOUT.ORDER.", "PAYMENT.CAPTURE."
AN_ORDER = "/v2/checkout/orders/"


def event_of(body: bytes) -> dict:
    """:raises NotBelieved: for what is no event; nothing is asked of PayPal then."""
    try:
        event = json.loads(body.decode(), parse_constant=_refuse)
        if not (isinstance(event["id"], str) and event["id"] and isinstance(event["event_type"], str)):
            raise ValueError("an event has an id and a type")
        if not isinstance(event["resource"], dict):
            raise ValueError("an event is about something")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise NotBelieved(f"The notice is no event: {error!r:.200}") from error
    return event


def verify(api: Api, headers, body: bytes) -> None:
    """:raises NotBelieved: if PayPal says that it did not send these bytes to this shop's webhook."""
    signed = {name: headers.get(header, "") for name, header in SIGNED_BY.items()}
    if not all(signed.values()) or max(map(len, signed.values())) > LONGEST_HEADER:
        raise NotBelieved("The notice is not signed.")
    signed["webhook_id"] = settings.PAYPAL_WEBHOOK_ID
    request = json.dumps(signed).encode()[:-1] + b', "webhook_event": ' + body + b"}"
    answer = api.post("/v1/notifications/verify-webhook-signature", request)
    if not answer.is_done or answer.body.get("verification_status") != "SUCCESS":
        raise NotBelieved("PayPal says that the notice is not its own.")


def order_of(event: dict) -> str:
    """The number of the order that an event is about; empty if it is about something else, such as a refund.

    :raises NotBelieved: for an order's number that is none.
    """
    kind, resource = event["event_type"], event["resource"]
    if kind.startswith(ORDERS):
        number = resource.get("id")
    elif kind.startswith(CAPTURES) and "order_id" in (related := _related(resource)):
        number = related["order_id"]
    elif kind.startswith(CAPTURES):
        number = next((at.rpartition("/")[2] for at in _links(resource) if AN_ORDER in at), "")
    else:
        return ""
    if number and not (isinstance(number, str) and NUMBER.fullmatch(number)):
        raise NotBelieved("The notice names an order by something that is no number.")
    return number or ""


def _related(resource: dict) -> dict:
    data = resource.get("supplementary_data")
    related = data.get("related_ids") if isinstance(data, dict) else None
    return related if isinstance(related, dict) else {}


def _links(resource: dict) -> list[str]:
    links = resource.get("links")
    found = [link.get("href") for link in links if isinstance(link, dict)] if isinstance(links, list) else []
    return [address for address in found if isinstance(address, str)]


def _refuse(constant: str):
    raise ValueError(f"{constant} is no JSON")
