"""Whether a page of ours asks for what stays open: other hosts and other sites get nothing."""

import io
from collections.abc import Iterable

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.core.handlers.asgi import ASGIRequest

SCHEMES = {"ws": "http", "wss": "https"}


class ForeignHost(Exception):
    """This host is not ours."""


class ForeignOrigin(Exception):
    """A page of another site asks, or nobody says whose page it is."""


def request_of(scope: dict) -> ASGIRequest:
    """This function will make of a scope, also of a websocket's, what the rest of the house knows how to read."""
    scheme = SCHEMES.get(scope["scheme"], scope["scheme"])
    return ASGIRequest({**scope, "method": scope.get("method", "GET"), "scheme": scheme}, io.BytesIO())


def other_origin(request: ASGIRequest, *, also: Iterable[str] = ()) -> str:
    """This function will find the origin of a page that is not at our own address and may ask nevertheless.

    In the demo the page has another port than we, and is named as one that may.

    :param also: origins that may ask, besides those that the pages trust.
    :returns: empty for our own pages, and for programs, which name none.
    :raises ForeignHost:
    :raises ForeignOrigin:
    """
    try:
        own = f"{request.scheme}://{request.get_host()}"
    except DisallowedHost:
        raise ForeignHost from None
    origin = request.META.get("HTTP_ORIGIN", "")
    if not origin or origin == own:
        return ""
    if origin not in {*settings.CSRF_TRUSTED_ORIGINS, *also}:
        raise ForeignOrigin
    return origin
