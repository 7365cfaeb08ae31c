"""What django-axes, which counts wrong passwords, has to know of this house; its other settings are in store.settings."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def account_tried(request: HttpRequest | None, credentials: dict | None) -> str:
    """The account's name without regard to case, as the log-in takes it."""
    said = (credentials or {}).get("username") or (request.POST.get("username") if request else "") or ""
    return said.strip().lower()[:255]


def address_of(request: HttpRequest) -> str:
    """Who asks; X-Forwarded-For counts as far as proxies of ours have written it."""
    told = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    proxies = settings.TRUSTED_PROXIES
    return told[-proxies] if proxies and len(told) >= proxies else request.META.get("REMOTE_ADDR", "")


def not_now(request: HttpRequest, original_response: HttpResponse | None, credentials: dict | None) -> HttpResponse:
    """The answer after too many wrong passwords, also to the right one."""
    wait = settings.AXES_COOLOFF_TIME
    page = render(request, "admin/too_many_tries.html", {"minutes": int(wait.total_seconds() // 60)}, status=429)
    page["Retry-After"] = str(int(wait.total_seconds()))
    return page
