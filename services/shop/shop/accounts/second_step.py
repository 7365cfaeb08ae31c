"""Staff show a second proof before they enter the admin (STAFF_TOTP)."""

from allauth.mfa.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.shortcuts import redirect


def is_missing(request: HttpRequest) -> bool:
    """Whether this member of staff has still to set up an authenticator app."""
    return is_missing_to(request.user)


def is_missing_to(user) -> bool:
    return settings.STAFF_TOTP and user.is_active and user.is_staff and not get_adapter().is_mfa_enabled(user)


def guard(site: AdminSite) -> None:
    """This function will close the admin to staff without a second step, and lead them to where it is set up."""
    permitted, log_in = site.has_permission, site.login

    def has_permission(request: HttpRequest) -> bool:
        return permitted(request) and not is_missing(request)

    def login(request: HttpRequest, extra_context=None):
        if request.user.is_authenticated and permitted(request) and is_missing(request):
            messages.warning(request, "The admin needs a second step at log-in. Please set up an authenticator app.")
            return redirect("mfa_activate_totp")
        return log_in(request, extra_context)

    site.has_permission, site.login = has_permission, login
