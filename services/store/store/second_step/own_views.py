"""One's own second step: set it up, change the telephone, make new recovery codes, stop using it."""

from django.conf import settings
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from store.second_step import guard, operations
from store.second_step.forms import PasswordForm, SetUpForm
from store.second_step.secrets import address_of, new_secret, picture_of, seal, unseal
from store.second_step.views import page, step

SECRET, CODES = "second_step_secret", "recovery_codes"  # in the session, both sealed
WRONG = "This is not the code of this secret, or it is over. Type the one that the app shows now."


@step
def set_up(request: HttpRequest) -> HttpResponse:
    """This view will show a new secret, and keep it once the app has shown its code. Whoever has an app changes it here."""
    has_one = bool(request.known.second_step_since)
    if has_one and guard.is_waited_for(request):
        return HttpResponseRedirect(guard.next_step(request, request.GET.get("next", "")))
    secret = _secret(request)
    asks_password = has_one or not guard.password_is_fresh(request, timezone.now())
    form = SetUpForm(request, request.POST if request.method == "POST" else None, asks_password=asks_password)
    if form.is_valid():
        try:
            said = {"secret": secret, "code": form.cleaned_data["code"], "now": timezone.now()}
            codes = operations.set_up(request.known, **said, instead=has_one)
            del request.session[SECRET]
            guard.let_in(request)
            return _show(request, codes)
        except operations.WrongCode:
            form.add_error("code", WRONG)
        except operations.SetUpAlready:  # in another window; the code of that app is asked for now
            return HttpResponseRedirect(request.get_full_path())
    address = address_of(secret, request.known.email)
    drawn = {"address": address, "picture": mark_safe(picture_of(address)), "secret": _in_fours(secret)}
    told = {"form": form, "has_one": has_one}
    return page(request, "admin/second_step/set_up.html", "Set up an authenticator app", **told, **drawn)


@require_GET
@never_cache
@admin.site.admin_view
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """This view will show recovery codes that were just made, once."""
    codes = unseal(request.session.pop(CODES, "")).split()
    if not codes:
        return redirect("second-step:own")
    told = {"codes": codes, "go_on": guard.safe_next(request)}
    return page(request, "admin/second_step/recovery_codes.html", "Your recovery codes", **told)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@admin.site.admin_view
def own(request: HttpRequest) -> HttpResponse:
    """This view will tell how one's second step is; with the password it makes new recovery codes, or takes it away."""
    may_stop = not settings.STAFF_TOTP
    form = PasswordForm(request, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if "stop" in request.POST and may_stop:
            return _stopped(request)
        if "renew" in request.POST:
            try:
                return _show(request, operations.renew_recovery_codes(request.known))
            except operations.NotSetUp:
                return HttpResponseRedirect(request.path)
    told = {"form": form, "may_stop": may_stop, "left": request.known.recovery_codes.count()}
    return page(
        request, "admin/second_step/own.html", "Your second step", since=request.known.second_step_since, **told
    )


def _stopped(request: HttpRequest) -> HttpResponse:
    operations.remove(request.known)
    guard.forget(request)
    messages.success(request, "Your password alone opens this account now.")
    return HttpResponseRedirect(request.path)


def _show(request: HttpRequest, codes: list[str]) -> HttpResponse:
    request.session[CODES] = seal(" ".join(codes))
    return HttpResponseRedirect(guard.with_next(reverse("second-step:recovery-codes"), request.GET.get("next", "")))


def _secret(request: HttpRequest) -> str:
    """The same one until it is used, so that a page that is loaded twice spoils nothing."""
    secret = unseal(request.session.get(SECRET, ""))
    if not secret:
        secret = new_secret()
        request.session[SECRET] = seal(secret)
    return secret


def _in_fours(secret: str) -> str:
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
