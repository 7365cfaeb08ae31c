"""What the staff's own pages have in common, beside those that Django's admin makes."""

from collections.abc import Callable, Collection
from functools import wraps

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from store.accounts.roles import PAGES

LOOKING = ("GET", "HEAD", "OPTIONS")


def rights_on(request: HttpRequest) -> Collection[str]:
    """This function will answer all rights of who asks, if the table opens this page to them; a page without a line fails.

    :raises PermissionDenied: also for what they send, or a button they press, if that needs more than looking.
    """
    page = PAGES[request.resolver_match.view_name]
    sends = request.method not in LOOKING
    # Staff have rights by their groups alone. To ask for no others saves a statement of each scan.
    rights = request.user.get_group_permissions()
    if not page.wants(sends=sends, form=request.POST if sends else ()) <= rights:
        raise PermissionDenied
    return rights


def staff_page(view: Callable) -> Callable:
    """This decorator will let in whom the table lets in, and tell the view all the rights of who asks."""

    @wraps(view)
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        return view(request, rights_on(request), *args, **kwargs)

    return admin.site.admin_view(guarded)


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
