"""What the staff's own pages have in common, beside those that Django's admin makes."""

from collections.abc import Callable
from functools import wraps

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse


def for_those_who(right: str) -> Callable:
    """This decorator will let in staff with this right, and tell the view all the rights of who asks."""

    def decorate(view: Callable) -> Callable:
        @wraps(view)
        def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
            # Staff have rights by their groups alone. To ask for no others saves a statement of each scan.
            rights = request.user.get_group_permissions()
            if right not in rights:
                raise PermissionDenied
            return view(request, rights, *args, **kwargs)

        return admin.site.admin_view(guarded)

    return decorate


def frame() -> dict:
    """What the admin's frame wants to know, without its list of everything else."""
    site = admin.site
    return {
        "site_header": site.site_header,
        "site_title": site.site_title,
        "has_permission": True,
        "is_nav_sidebar_enabled": False,
        "is_popup": False,
    }
