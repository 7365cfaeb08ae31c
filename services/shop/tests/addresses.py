"""Every address of the shop, read from its URL configuration, so that a page nobody thought of is tested too."""

import re
from collections.abc import Iterator

from django.urls import URLPattern, get_resolver
from django.urls.resolvers import RoutePattern

HOLE = re.compile(r"<(?:(\w+):)?\w+>")
ANCHORS = re.compile(r"^\^|\$$|\\Z$")
# What routes that are regular expressions are asked for.
SAMPLES = {
    r"(?P<rest>(?s:.+))": ["x"],
    r"confirm-email/(?P<key>[-:\w]+)/": ["confirm-email/x:y/"],
    r"password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/": ["password/reset/key/1-x/"],
}
STAFF = "admin/"


def addresses(**values: list[str]) -> list[str]:
    """This function will fill each route with each of the values given for its converters: int=["1", "2"], uuid=[…]."""
    return sorted({f"/{path}" for path in _below(get_resolver().url_patterns, values)})


def _below(patterns: list, values: dict[str, list[str]]) -> Iterator[str]:
    for each in patterns:
        for path in _filled(each.pattern, values):
            if isinstance(each, URLPattern):
                yield path
            elif path != STAFF:
                yield from (path + rest for rest in _below(each.url_patterns, values))


def _filled(pattern, values: dict[str, list[str]]) -> list[str]:
    if isinstance(pattern, RoutePattern):
        return list(_without_holes(str(pattern), values))
    route = ANCHORS.sub("", str(pattern))
    assert route in SAMPLES or not re.search(r"[][()*+?\\|]", route), f"Name an address for {route} in SAMPLES."
    return SAMPLES.get(route, [route])


def _without_holes(route: str, values: dict[str, list[str]]) -> Iterator[str]:
    hole = HOLE.search(route)
    if not hole:
        yield route
        return
    for value in values[hole[1] or "str"]:
        yield from _without_holes(route[: hole.start()] + value + route[hole.end() :], values)
