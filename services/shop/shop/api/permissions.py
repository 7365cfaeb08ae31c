"""The API is closed: a door says who may enter, or nobody may."""

from django.conf import settings
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from shop.api.models import LogIn
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
    return user.is_staff and user.has_perms(permissions) and (log_in.second_step or not settings.STAFF_TOTP)


def sees_every_order(request: Request) -> bool:
    return is_staff_with(request, "orders.view_order", SEE_ALL_ORDERS, SEE_BUYER)


class ForStaff(BasePermission):
    """Open to staff who have the rights that the door names for what they do: `rights`, by method."""

    def has_permission(self, request, view) -> bool:
        if not hasattr(view, request.method.lower()):
            return True  # what the door does not do at all, it says to everybody
        needed = view.rights.get("GET" if request.method == "HEAD" else request.method)
        return needed is not None and is_staff_with(request, *needed)
