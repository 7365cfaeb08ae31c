"""Tokens with fewer rights than their person: `orders:read products:write`. Without a scope they have all of them.

An area is the first part of an address below `/api/`; `account` is all below `/auth/`. Reading is GET, the rest is writing,
which does not include reading. Doors that do not look who asks need no scope, nor what a door names in `free_of_scope`.
"""

from collections.abc import Iterator
from functools import cache
from importlib import import_module

from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.views import APIView

from shop.api.problems import Problem, missing

ACCOUNT = "account"
VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def check(request: Request, door: APIView) -> None:
    """This function will let a request in, or not; a scope only ever takes away.

    :raises Problem: 403, naming what the token would have to be for.
    """
    scope = getattr(request.auth, "scope", "")
    needed = scope and needed_by(door, request.path, request.method)
    if needed and not is_within(scope, needed):
        detail = f"This token is for “{scope}”; here it would need “{needed}”. Log in anew for a wider one."
        raise Problem(403, "out-of-scope", "Not with this token", detail, needed=needed)


def needed_by(door: APIView, path: str, method: str) -> str:
    """The scope that a token with one would have to hold; "" if none."""
    parts = path.strip("/").split("/")
    return _named(ACCOUNT if parts[0] == "auth" else parts[1], method) if _is_needed(door, method) else ""


def is_within(scope: str, needed: str) -> bool:
    return not scope or needed in scope.split()


@cache
def known() -> frozenset[str]:
    """All that any door needs."""
    return frozenset(_named(area, method) for area, door in _doors() for method in VERBS if _is_needed(door, method))


def read_scope(text: str) -> str:
    """What a log-in asks for, each scope once and in one order.

    :raises Problem: 400, for one that there is not.
    """
    wanted = set(text.split())
    if unknown := sorted(wanted - known()):
        raise missing(("scope", f"There is no {unknown[0][:60]}. Choose from {', '.join(sorted(known()))}."))
    return " ".join(sorted(wanted))


def _is_needed(door: APIView | type[APIView], method: str) -> bool:
    """What a door does not do at all, it says to everybody."""
    return bool(door.authentication_classes) and method not in door.free_of_scope and hasattr(door, method.lower())


def _named(area: str, method: str) -> str:
    return f"{area}:{'read' if method in SAFE_METHODS else 'write'}"


def _doors() -> Iterator[tuple[str, type[APIView]]]:
    """Each door, with its area before it."""
    for at in import_module("shop.api.auth_urls").urlpatterns:
        yield ACCOUNT, at.callback.cls
    for at in import_module("shop.api.urls").urlpatterns:
        yield str(at.pattern).partition("/")[0], at.callback.cls
