"""The API is closed: a door says who may enter, or nobody may."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from shop.api.models import LogIn
from shop.api.problems import Problem
from shop.staff.roles import SEE_ALL_ORDERS, SEE_BUYER


class Nobody(BasePermission):
    def has_permission(self, request, view) -> bool:
        return False


def is_staff_with(request: Request, *permissions: str) -> bool:
    """Whether this is a member of staff who has these rights, and showed a second step where the shop asks for one."""
    return request.user.is_authenticated and may(request.auth, *permissions)


def may(log_in: LogIn, *permissions: str) -> bool:
    """Whether a log-in is of staff with these rights, who showed a second step where the shop asks for one."""
    user = log_in.user
    return user.is_staff and user.has_perms(permissions) and not lacks_second_step(log_in)


def lacks_second_step(log_in: LogIn) -> bool:
    return settings.STAFF_TOTP and not log_in.second_step


def only_staff_with(request: Request, *permissions: str) -> None:
    """This function will refuse who is known but may not; staff hear it if they need only show their code.

    :raises Problem: 403
    :raises PermissionDenied:
    """
    if is_staff_with(request, *permissions):
        return
    if request.user.is_staff and request.user.has_perms(permissions) and lacks_second_step(request.auth):
        raise second_step_first()
    raise PermissionDenied


def second_step_first() -> Problem:
    detail = (
        "Staff do this with a log-in that showed the code of an authenticator app. Send it as “code” to POST "
        "/auth/token/; set the app up on the pages if there is none yet."
    )
    return Problem(403, "second-step", "A code is needed", detail)


def sees_every_order(request: Request) -> bool:
    return is_staff_with(request, "orders.view_order", SEE_ALL_ORDERS, SEE_BUYER)


class ForStaff(BasePermission):
    """Open to staff who have the rights that the door names for what they do: `rights`, by method."""

    def has_permission(self, request, view) -> bool:
        if not hasattr(view, request.method.lower()):
            return True  # what the door does not do at all, it says to everybody
        needed = view.rights.get("GET" if request.method == "HEAD" else request.method)
        if needed is None or not request.user.is_authenticated:
            return False
        only_staff_with(request, *needed)
        return True
