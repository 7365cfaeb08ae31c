"""Typing the code of a letter: whatever goes wrong there, the page says what, and leads on to where one was going."""

from allauth.account.internal.flows.email_verification import consume_email_verification_rate_limit
from allauth.account.views import ConfirmEmailVerificationCodeView
from allauth.core.exceptions import ImmediateHttpResponse
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache

TOO_SOON = "We sent a letter a moment ago. Please look for it, or wait ten seconds and ask for a new code then."
WRONG = "The code was wrong three times, so it is good for nothing any more."
LOG_IN = f"{WRONG} Log in with your password, and we send you a new one."
CHANGE_AGAIN = f"{WRONG} Your address stays as it was. Type the new one again, and we send another code."
STAYS = "Your address stays as it was."


@method_decorator([never_cache, login_not_required], name="dispatch")
class CodeView(ConfirmEmailVerificationCodeView):
    """allauth's page, except for its dead ends."""

    def post(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if request.POST.get("action") == "leave" and request.user.is_authenticated:
            self._process.abort()
            messages.info(request, STAYS)
            return redirect("account_email")
        return super().post(request, *args, **kwargs)

    def get_context_data(self, **kwargs) -> dict:
        login_url = _with_next(reverse("account_login"), self._going_to())
        return super().get_context_data(**kwargs) | {"login_instead": login_url}

    def _going_to(self) -> str:
        return self.get_next_url() or (self.stage.login.redirect_url if self.stage else "") or ""

    def _resend_form_valid(self, form) -> HttpResponse:
        """The limit is asked first: a new code that is not sent would make the one in the letter worthless."""
        page = self.passthrough_next_url(self.request.path)
        if consume_email_verification_rate_limit(self.request, self._process.email, dry_run=True):
            try:
                return super()._resend_form_valid(form)
            except ImmediateHttpResponse:  # somebody else was sent one in this moment
                pass
        messages.warning(self.request, TOO_SOON)
        return redirect(page)

    def _verify_form_invalid(self, form) -> HttpResponse:
        is_guest, going_to = self.request.user.is_anonymous, self._going_to()
        if self._process.record_invalid_attempt():
            return self.render_to_response(self.get_context_data(form=form))
        messages.error(self.request, LOG_IN if is_guest else CHANGE_AGAIN)
        return redirect(_with_next(reverse("account_login"), going_to) if is_guest else "account_email")


def _with_next(url: str, going_to: str) -> str:
    return f"{url}?{urlencode({'next': going_to})}" if going_to else url
