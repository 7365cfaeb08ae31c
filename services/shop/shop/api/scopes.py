"""Tokens with fewer rights than their person: `orders:read products:write`. Without a scope they have all of them.

An area is the first part of an address below `/api/`; `account` is all below `/auth/`. Reading is GET, the rest is writing,
which does not include reading.
"""

from functools import cache
from importlib import import_module

from rest_framework.permissions import SAFE_METHODS, AllowAny, BasePermission
from rest_framework.request import Request

from shop.api.problems import Problem, missing

ACCOUNT = "account"
# What guests read as well needs no scope: it is nobody's.
PUBLIC = frozenset({"products", "categories", "authors", "publishers", "series"})


class InScope(BasePermission):
    """For every door, beside its own permissions: a scope only ever takes away."""

    def has_permission(self, request, view) -> bool:
        scope = getattr(request.auth, "scope", "")
        needed = scope_for(request)
        if is_within(scope, needed) or (AllowAny in view.permission_classes and _is_public(request)):
            return True
        detail = f"This token is for “{scope}”; here it would need “{needed}”. Log in anew for a wider one."
        raise Problem(403, "out-of-scope", "Not with this token", detail, needed=needed)


def is_within(scope: str, needed: str) -> bool:
    return not scope or needed in scope.split()


def scope_for(request: Request) -> str:
    parts = request.path.strip("/").split("/")
    area = ACCOUNT if parts[0] == "auth" else parts[1] if len(parts) > 1 else ""
    return f"{area}:{'read' if request.method in SAFE_METHODS else 'write'}"


@cache
def known() -> frozenset[str]:
    """All there are, read from the addresses of the doors."""
    routes = (str(door.pattern).partition("/")[0] for door in import_module("shop.api.urls").urlpatterns)
    areas = {ACCOUNT, *filter(str.isalpha, routes)} - {"schema", "docs"}
    return frozenset(f"{area}:{verb}" for area in areas for verb in ("read", "write"))


def read_scope(text: str) -> str:
    """What a log-in asks for, each scope once and in one order.

    :raises Problem: 400, for one that there is not.
    """
    wanted = set(text.split())
    if unknown := sorted(wanted - known()):
        raise missing(("scope", f"There is no {unknown[0][:60]}. Choose from {', '.join(sorted(known()))}."))
    return " ".join(sorted(wanted))


def _is_public(request: Request) -> bool:
    area, _, verb = scope_for(request).partition(":")
    return area in PUBLIC and verb == "read"
