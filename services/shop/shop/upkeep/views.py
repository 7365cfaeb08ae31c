"""Doors for ops and owners, inside the admin: look, and have something done."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from shop.pages.wording import counted
from shop.storelink.feeds import Run
from shop.storelink.models import Feed, SetAside
from shop.upkeep import comparing, diary, giving_up, operations
from shop.upkeep.access import ACT, ACT_ON, LOOK, require, staff
from shop.upkeep.matrix_page import mail_matrix
from shop.upkeep.pages import Question, ask, page, with_buttons
from shop.upkeep.status import look
from shop.upkeep.streams.deliveries import KINDS
from worker_bell import BrokerAway, DeadLetters

__all__ = ["mail_matrix"]


@staff(LOOK)
@require_safe
def sync(request: HttpRequest) -> HttpResponse:
    report = look(now=timezone.now())
    shown = with_buttons(report, request.user)
    context = {
        "report": report,
        # What needs a person stands first.
        "unsettled": sorted(
            (one for one in shown if not one.is_settled), key=lambda one: not one.stream.needs_a_person
        ),
        "settled": [one for one in shown if one.is_settled],
        "diary": diary.latest(),
        "is_first": True,
    }
    return page(request, "sync", "Shop and store", context)


@staff(ACT)
@require_POST
def read_books(request: HttpRequest) -> HttpResponse:
    return _told(request, operations.read_books(who=request.user, clock=timezone.now))


@staff(ACT)
@require_POST
def read_statuses(request: HttpRequest) -> HttpResponse:
    return _told(request, operations.read_statuses(who=request.user, clock=timezone.now))


@staff(ACT)
@require_POST
def read_returns(request: HttpRequest) -> HttpResponse:
    return _told(request, operations.read_returns(who=request.user, clock=timezone.now))


@staff(ACT)
def accept(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _told(request, operations.read_books(who=request.user, clock=timezone.now, accept=True))
    feed = Feed.objects.filter(name=Feed.Name.BOOKS).exclude(stopped_because="").first()
    if feed is None:
        messages.info(request, "The feed of books is not stopped; there is nothing to accept.")
        return redirect("upkeep:sync")
    told = [feed.stopped_because, "The books stay in the orders of customers; they are no longer shown or sold."]
    return ask(request, Question("Accept the retirement?", told, "Yes, accept the retirement"))


@staff(LOOK)
@require_POST
def try_all_again(request: HttpRequest, kind: str) -> HttpResponse:
    require(request, ACT_ON[_known(kind)])
    number = operations.try_again(kind, KINDS[kind].model.objects.all(), who=request.user, now=timezone.now())
    return _tried(request, kind, number)


@staff(LOOK)
@require_POST
def try_again(request: HttpRequest, kind: str, key: int) -> HttpResponse:
    require(request, ACT_ON[_known(kind)])
    rows = KINDS[kind].model.objects.filter(pk=key)
    row = get_object_or_404(rows)
    return _tried(request, kind, operations.try_again(kind, rows, who=request.user, about=row, now=timezone.now()))


@staff(LOOK)
def give_up(request: HttpRequest, kind: str, key: int) -> HttpResponse:
    model = SetAside if kind == "aside" else KINDS[_known(kind)].model
    require(request, ACT_ON[kind])
    row = get_object_or_404(model, pk=key)
    question = Question.about_giving_up(kind, row)
    if request.method == "POST" and question.is_answered(request):
        reason = question.form.cleaned_data["reason"]
        try:
            if kind == "aside":
                meant = giving_up.put_away(row, who=request.user, reason=reason)
            else:
                meant = giving_up.give_up(row, who=request.user, reason=reason, now=timezone.now())
            messages.success(request, meant)
        except giving_up.TooLate as error:
            messages.error(request, str(error))
        return redirect("upkeep:sync")
    return ask(request, question)


@staff(ACT)
@require_POST
def fetch_pictures(request: HttpRequest) -> HttpResponse:
    number = operations.fetch_pictures(who=request.user)
    broken = f" {counted(number, 'picture')} that could not be used will be tried again." if number else ""
    messages.success(request, f"The worker is asked to fetch what is missing.{broken}")
    return redirect("upkeep:sync")


@staff(LOOK)
def dead_letters(request: HttpRequest) -> HttpResponse:
    """What lies among the dead letters; on POST, ring for them again."""
    try:
        if request.method == "POST":
            require(request, ACT)
            number = operations.ring_dead_letters(who=request.user)
            messages.success(request, f"{counted(number, 'hint')} rung for again.")
            return redirect("upkeep:sync")
        letters = DeadLetters(settings.BROKER_URL)
        there, seen = letters.count(), letters.look()
    except BrokerAway as error:
        messages.error(request, str(error))
        return redirect("upkeep:sync")
    context = {"letters": seen, "more": there - len(seen), "may_act": request.user.has_perm(ACT)}
    return page(request, "dead_letters", "Dead letters", context)


@staff(ACT)
def throw_away(request: HttpRequest) -> HttpResponse:
    question = Question.about_dead_letters()
    if request.method == "POST" and question.is_answered(request):
        try:
            number = operations.throw_away_dead_letters(who=request.user, reason=question.form.cleaned_data["reason"])
            messages.success(request, f"{counted(number, 'hint')} thrown away.")
        except BrokerAway as error:
            messages.error(request, str(error))
        return redirect("upkeep:sync")
    return ask(request, question)


@staff(ACT)
@require_POST
def compare(request: HttpRequest) -> HttpResponse:
    report = comparing.compare(who=request.user, clock=timezone.now)
    return _compared(
        request, report, "Both sides are still being compared; the worker goes on. Look again in a moment."
    )


@staff(ACT)
def repair(request: HttpRequest) -> HttpResponse:
    """Show what a repair would do; on POST, do it."""
    if request.method == "POST":
        accept = request.POST.get("accept") == "yes"
        report = comparing.repair(who=request.user, clock=timezone.now, accept=accept)
        return _compared(request, report, "The repair is not finished yet: press “Repair” again, and it goes on.")
    found = comparing.differing()
    if not found:
        messages.info(request, "The last comparison found nothing to repair.")
        return redirect("upkeep:sync")
    return page(request, "repair", "Repair what differs?", {"found": found})


def _compared(request: HttpRequest, report, unfinished: str) -> HttpResponse:
    """What came of comparing, for the person who pressed the button."""
    if report.busy:
        messages.info(request, "Both sides are being compared right now. Look again in a moment.")
    elif trouble := comparing.trouble_of(report):
        messages.error(request, trouble)
    elif report.unfinished:
        messages.info(request, unfinished)
    elif report.left:
        differ = counted(report.left, "row differs", "rows differ")
        messages.warning(request, f"{differ}: see below.")
    else:
        messages.success(request, "Both sides agree.")
    return redirect("upkeep:sync")


def _known(kind: str) -> str:
    if kind not in KINDS:
        raise Http404
    return kind


def _tried(request: HttpRequest, kind: str, number: int) -> HttpResponse:
    if number:
        messages.success(request, f"{counted(number, KINDS[kind].one)} will be tried again at once.")
    else:
        messages.warning(request, "Nothing to try again: all are delivered, or their orders are over.")
    return redirect("upkeep:sync")


def _told(request: HttpRequest, run: Run) -> HttpResponse:
    """What came of reading a feed, for the person who pressed the button."""
    if run.busy:
        messages.info(request, "The worker is reading this feed right now. Look again in a moment.")
    elif run.stopped_because or run.error:
        messages.error(request, run.stopped_because or run.error)
    else:
        rest = " The worker goes on with the rest." if run.unfinished else ""
        aside = f" {counted(run.bad, 'row')} set aside." if run.bad else ""
        messages.success(request, f"{counted(run.rows, 'row')} read, {run.changed:,} changed.{aside}{rest}")
    return redirect("upkeep:sync")
