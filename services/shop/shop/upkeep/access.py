"""Who may look at the road, and who may do something about it."""

from collections.abc import Callable
from functools import wraps

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

LOOK = "storelink.view_feed"
ACT = "storelink.change_feed"
LOOK_AT_MAIL = "notifications.view_mail"
# Those of the admin's own “Send again”.
ACT_ON = {
    "message": "outbox.change_outboxmessage",
    "mail": "notifications.change_mail",
    "refund": "payments.change_refund",
    "aside": ACT,
}


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
