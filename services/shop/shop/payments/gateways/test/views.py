"""The page of the test bank, where one chooses what happens. Nobody pays with real money here."""

import logging

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from shop.payments.gateways.test import bank
from shop.payments.gateways.test.gateway import TestBank
from shop.payments.gateways.test.models import Session

log = logging.getLogger(__name__)

CHOICES = {
    "pay": (bank.pay, "Pay"),
    "decline": (bank.decline, "Decline the card"),
    "approve": (bank.approve, "Approve, and let the shop take the money"),
    "notice-first": (bank.pay_notice_first, "Pay; the notice comes before you return"),
    "lose-notice": (bank.pay_notice_lost, "Pay, lose the notice, and do not return"),
    "late": (bank.pay_late, "Pay too late"),
    "twice": (bank.pay_twice, "Pay twice"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def session(request: HttpRequest, number: str) -> HttpResponse:
    found = Session.objects.filter(pk=number).first() if settings.TEST_BANK else None
    if found is None:
        raise Http404("No such payment.")
    if request.method != "POST":
        return _page(request, found)
    choice = request.POST.get("choice", "")
    if choice not in CHOICES:
        return _page(request, found, told="Please choose one of the buttons.", status=400)
    now = timezone.now()
    try:
        CHOICES[choice][0](found, now=now)
    except bank.NotOpen as refusal:
        return _page(request, found, told=str(refusal), status=409)
    _post(now)
    if choice == "lose-notice":
        return _page(request, found, told="The money was taken, and the shop was not told. You may close this page.")
    return redirect(found.back)


def _post(now) -> None:
    """A notice that is not taken now is posted again by the schedule."""
    try:
        TestBank().tend(now=now)
    except Exception:
        log.exception("The test bank could not post its notices")


def _page(request: HttpRequest, found: Session, *, told: str = "", status: int = 200) -> HttpResponse:
    is_open = found.state == Session.State.OPEN and not found.charges.exists()
    choices = [(name, label) for name, (_, label) in CHOICES.items()] if is_open else []
    context = {"session": found, "choices": choices, "told": told, "is_refusal": status >= 400}
    return render(request, "test_bank/session.html", context, status=status)
