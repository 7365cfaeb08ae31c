"""What programs send to the API, and what is expected of every refusal."""

from django.utils import timezone
from rest_framework.test import APIClient

from shop.api import tokens

ADDRESS = {"name": "Alice Example", "line1": "1 High Street", "postcode": "10115", "city": "Berlin", "country": "DE"}
KEY = "0b0e5b52-3f1c-4c4e-9a39-6c0fbd0c3a10"


def program(user=None, *, second_step=False):
    """A program, logged in for a user."""
    client = APIClient()
    client.default_format = "json"
    if user:
        pair = tokens.begin(user, second_step=second_step, client="test", now=timezone.now())
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {pair.access}")
    return client


def order(client, *items, key="", **more):
    body = {"cart_items": [{"product_id": book.pk, "quantity": quantity} for book, quantity in items], **more}
    headers = {"Idempotency-Key": key} if key else {}
    return client.post("/api/orders/", {"address": ADDRESS, **body}, headers=headers)


def problem(answer, status, slug):
    """Every refusal is a problem with a sentence; the fields it names."""
    assert answer.status_code == status, answer.content
    body = answer.json()
    assert answer["Content-Type"] == "application/problem+json" and body["type"] == f"/problems/{slug}", body
    assert body["status"] == status and body["detail"].endswith((".", "…”."))
    return [error["field"] for error in body.get("errors", [])]
