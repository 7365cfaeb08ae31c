"""Addresses as the world outside writes them."""

from django.conf import settings


def absolute(path: str) -> str:
    return settings.PUBLIC_URL + path
