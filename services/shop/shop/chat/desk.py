"""The employees' desk: who waits, what is being answered, what was closed, and one talk with all that belongs to it.

Each page asks for its right again (shop/staff/roles.py); none of them needs JavaScript.
"""

import re
from uuid import UUID

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from shop.chat import answering, beside, limits, opening, operations, queries, rights
from shop.chat.forms import MessageForm, shown
from shop.chat.models import CannedAnswer, Room
from shop.chat.states import IllegalMove
from shop.notifications import choices
from shop.staff.roles import ANSWER_TALKS, LOOK_AT_TALKS, SWITCH_CHAT
from shop.upkeep.access import staff

PLAIN_NUMBER = re.compile("[0-9]{1,18}")


@staff(LOOK_AT_TALKS)
@require_safe
@never_cache
def board(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    context = {
        "title": "Talks with shoppers",
        "board": queries.board(now=now),
        "there": opening.who_is_there(now=now),
        "is_open": opening.is_open(),
        "becomes": opening.becomes(),
        "may_switch": request.user.has_perm(SWITCH_CHAT),
    }
    return _render(request, "admin/chat/board.html", context)


@staff(LOOK_AT_TALKS)
@require_POST
def here(request: HttpRequest) -> HttpResponse:
    """This function will note who is at the desk, for pages without JavaScript, and show the lists anew."""
    _is_here(request)
    return redirect("desk:board")


@staff(SWITCH_CHAT)
@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    to_open = request.POST.get("to") == "open"
    opening.switch(to_open=to_open, by=request.user, now=timezone.now())
    words = "The chat is open." if to_open else f"The chat is closed. What shoppers write now {opening.becomes()}."
    messages.success(request, words)
    return redirect("desk:board")


@staff(LOOK_AT_TALKS)
@require_safe
@never_cache
def talk(request: HttpRequest, number: UUID) -> HttpResponse:
    """This function will show one talk; that it was read is noted by `look`, by an answer, or by the page's socket."""
    room = _found(number)
    chosen = request.GET.get("canned", "")
    canned = CannedAnswer.objects.filter(pk=chosen).first() if PLAIN_NUMBER.fullmatch(chosen) else None
    return _page(request, room, MessageForm(initial={"text": canned.text_for(room) if canned else ""}))


@staff(LOOK_AT_TALKS)
@require_POST
def look(request: HttpRequest, number: UUID) -> HttpResponse:
    """This function will note that an employee who may answer has read what the page showed, and show it anew."""
    _found(number)
    _is_here(request)
    if rights.may_answer(request.user):
        answering.read(number, by=request.user, upto=shown(request))
    return redirect("desk:talk", number)


@staff(ANSWER_TALKS)
@require_POST
def take(request: HttpRequest, number: UUID) -> HttpResponse:
    over = request.POST.get("over", "")
    return _done(request, number, answering.take, over=int(over) if PLAIN_NUMBER.fullmatch(over) else None)


@staff(ANSWER_TALKS)
@require_POST
def answer(request: HttpRequest, number: UUID) -> HttpResponse:
    room, form = _found(number), MessageForm(request.POST)
    if not form.is_valid():
        return _page(request, room, form, status=400)
    _is_here(request)
    given = {"text": form.cleaned_data["text"], "client_id": form.cleaned_data["key"], "upto": shown(request)}
    try:
        answering.answer(number, by=request.user, **given, now=timezone.now())
    except (answering.Taken, limits.TooFast) as refusal:
        form.add_error(None, str(refusal))
        return _page(request, room, form, status=409 if isinstance(refusal, answering.Taken) else 429)
    return redirect("desk:talk", number)


@staff(ANSWER_TALKS)
@require_POST
def close(request: HttpRequest, number: UUID) -> HttpResponse:
    return _done(request, number, answering.close)


@staff(ANSWER_TALKS)
@require_POST
def reopen(request: HttpRequest, number: UUID) -> HttpResponse:
    return _done(request, number, answering.reopen)


def _done(request: HttpRequest, number: UUID, act, **more) -> HttpResponse:
    _found(number)
    _is_here(request)
    try:
        act(number, by=request.user, now=timezone.now(), **more)
    except (answering.Taken, IllegalMove) as refusal:
        messages.error(request, str(refusal))
    return redirect("desk:talk", number)


def _found(number: UUID) -> Room:
    room = queries.any_talk(number)
    if room is None:
        raise Http404("No such talk.")
    return room


def _is_here(request: HttpRequest) -> None:
    """Who only looks answers nobody."""
    if rights.may_answer(request.user):
        opening.here(request.user, now=timezone.now())


def _page(request: HttpRequest, room: Room, form: MessageForm, *, status: int = 200) -> HttpResponse:
    now, said, is_open = timezone.now(), queries.messages_since(room), opening.is_open()
    context = {
        "title": str(room),
        "room": room,
        "said": said,
        "last": said[-1].position if said else 0,
        "form": form,
        "socket": f"/ws/desk/{room.number}/",
        "own_name": operations.called(request.user),
        "canned": [(each, each.text_for(room)) for each in CannedAnswer.objects.order_by("title")],
        "is_open": is_open,
        "becomes": opening.becomes(),
        "shopper_is_there": is_open and opening.shopper_is_there(room, now=now),
        "may_answer": rights.may_answer(request.user),
        "is_mine": room.taken_by_id == request.user.pk,
        "holder_is_there": opening.is_there(room.taken_by_id, now=now),
        "is_anothers": answering.is_anothers(room, request.user),
        "beside": beside.all_about(room, reader=request.user, now=now),
    }
    return _render(request, "admin/chat/talk.html", context, status=status)


def _render(request: HttpRequest, template: str, context: dict, *, status: int = 200) -> HttpResponse:
    request.current_app = admin.site.name
    context["tells"] = choices.is_wanted("talks", choices.Reader(request.user.pk))
    return render(request, template, {**admin.site.each_context(request), **context}, status=status)
