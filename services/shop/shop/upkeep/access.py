"""Who may look at the road, and who may do something about it: as the table of roles says."""

from collections.abc import Callable
from functools import wraps

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from shop.staff.roles import ACT_ON, ACT_ON_FEEDS, LOOK_AT_FEEDS, LOOK_AT_MAIL

__all__ = ["ACT", "ACT_ON", "LOOK", "LOOK_AT_MAIL"]

LOOK, ACT = LOOK_AT_FEEDS, ACT_ON_FEEDS


def staff(permission: str) -> Callable:
    """This function will make a decorator: others are sent to the log-in, or refused."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
            require(request, permission)
            return view(request, *args, **kwargs)

        return admin.site.admin_view(guarded)

    return decorate


def require(request: HttpRequest, permission: str) -> None:
    """:raises PermissionDenied:"""
    if not request.user.has_perm(permission):
        raise PermissionDenied
