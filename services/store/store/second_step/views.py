"""The second step of the log-in: a code of the app, or a recovery code."""

from collections.abc import Callable
from functools import wraps
from math import ceil

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from store.second_step import guard, operations
from store.second_step.forms import CodeForm, RecoveryForm
from store.staff_pages import frame

WRONG = "This code is not right, or was used before. An app's code is good for half a minute: type the one that it shows now."
WRONG_RECOVERY = "This recovery code is not right, or was used before."


def step(view: Callable) -> Callable:
    """This decorator will let in who has shown a password, and lead all others to where they belong."""

    @wraps(view)
    @never_cache
    @sensitive_post_parameters()
    @require_http_methods(["GET", "HEAD", "POST"])
    def guarded(request: HttpRequest) -> HttpResponse:
        if "leave" in request.POST:
            logout(request)
        if not (request.known.is_authenticated and request.known.is_staff) or "leave" in request.POST:
            return HttpResponseRedirect(guard.with_next(reverse("admin:login"), request.GET.get("next", "")))
        return view(request)

    return guarded


@step
def code(request: HttpRequest) -> HttpResponse:
    """This view will ask for the code that the app shows."""
    return _ask(request, CodeForm, operations.show_code, "admin/second_step/code.html", "The second step", WRONG)


@step
def recovery(request: HttpRequest) -> HttpResponse:
    """This view will ask for a recovery code."""
    page = "admin/second_step/recovery.html"
    return _ask(request, RecoveryForm, _use_up(request), page, "A recovery code", WRONG_RECOVERY)


def _use_up(request: HttpRequest) -> Callable:
    def used(person, said: str) -> None:
        left = operations.show_recovery_code(person, said)
        told = f"You have {left} recovery code{'' if left == 1 else 's'} left. If the telephone is lost, set up another app."
        messages.warning(request, told)

    return used


def _ask(request: HttpRequest, form_class, show: Callable, template: str, title: str, wrong: str) -> HttpResponse:
    if not guard.is_waited_for(request):
        return HttpResponseRedirect(guard.safe_next(request))
    if not request.known.second_step_since:
        return HttpResponseRedirect(guard.next_step(request, request.GET.get("next", "")))
    form, wait_s = form_class(request.POST if request.method == "POST" else None), 0
    if form.is_valid():
        try:
            show(request.known, form.cleaned_data["code"])
            guard.let_in(request)
            return HttpResponseRedirect(guard.safe_next(request))
        except operations.NotSetUp:  # reset since this log-in was read
            return HttpResponseRedirect(request.get_full_path())
        except operations.WrongCode:
            form.add_error("code", wrong)
        except operations.TooManyTries as refusal:
            wait_s = max(1, ceil((refusal.until - timezone.now()).total_seconds()))
            form.add_error("code", f"Too many wrong codes. Try again in {_told(wait_s)}.")
    return page(request, template, title, form=form, status=429 if wait_s else 200, wait_s=wait_s)


def page(request: HttpRequest, template: str, title: str, *, status=200, wait_s=0, **context) -> HttpResponse:
    """This function will show a page of the second step, also to who is not in yet."""
    here = {"title": title, "has_permission": not guard.is_waited_for(request), "action": request.get_full_path()}
    answer = TemplateResponse(request, template, frame() | here | context, status=status)
    if wait_s:
        answer["Retry-After"] = str(wait_s)
    return answer


def _told(seconds: int) -> str:
    number, what = (seconds, "second") if seconds < 120 else (-(-seconds // 60), "minute")
    return f"{number} {what}{'' if number == 1 else 's'}"
