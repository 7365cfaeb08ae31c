"""The key of a guest's order: who is told it, whom it opens the order to, and pages that open by it.

It is a right that lasts and needs no log-in. So it is told only to guests, who have shown it or have just ordered; and beside a
token it says nothing, for a token that was made for less must not be widened by it.
"""

from urllib.parse import urlencode

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from shop.orders.models import Order
from shop.pages.addresses import absolute

HEADER = "X-Order-Key"
PARAMETER = OpenApiParameter(
    HEADER,
    str,
    OpenApiParameter.HEADER,
    description="A guest's order: its order_key. Beside a token it is not looked at.",
)


def key_shown(request: Request) -> str:
    """The key that a guest shows; empty of who shows a token."""
    return "" if request.user.is_authenticated else request.headers.get(HEADER, "")


def key_for(request: Request, order: Order) -> str | None:
    """The key of an order that this request may see; None for who is logged in, whom it is not told."""
    return None if request.user.is_authenticated else order.link_token


def page_for(request: Request, order: Order, path: str) -> str | None:
    """The address of a page about an order: a guest opens it by the key in it, its owner by logging in; None for staff."""
    if key := key_for(request, order):
        return f"{absolute(path)}?{urlencode({'key': key})}"
    return absolute(path) if order.user_id == request.user.pk else None
