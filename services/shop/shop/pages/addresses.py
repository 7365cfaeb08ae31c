"""Addresses as the world outside writes them, and as forms send them."""

from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme


def absolute(path: str) -> str:
    """:param path: of ours; an address that is whole, such as a picture's in a bucket, stays as it is."""
    return path if path.startswith(("https://", "http://")) else settings.PUBLIC_URL + path


def way_back(request: HttpRequest, otherwise: str) -> str:
    """Where the shopper was when they pressed a button (`next`), if it is a page of ours."""
    target = request.POST.get("next", "")
    is_ours = target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    return target if is_ours else resolve_url(otherwise)


def key_from(text: str) -> int:
    """A book's key as a form sends it; what cannot be one finds nothing."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
