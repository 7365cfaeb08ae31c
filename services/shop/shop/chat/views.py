"""The shopper's pages. They need no JavaScript: what is new is shown when the page is loaded again."""

from uuid import UUID

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from shop.chat import letters, limits, opening, operations, queries, rights
from shop.chat.forms import BeginForm, MessageForm, shown
from shop.chat.models import Room, Side
from shop.contact.operations import V4_PREFIX, TooMany
from shop.networks import network_of
from shop.orders import queries as orders
from shop.orders.models import Order

REFUSALS = {limits.Unreadable: 400, limits.TooFast: 429, TooMany: 429, operations.NotYours: 409}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def talks(request: HttpRequest) -> HttpResponse:
    """This function will list a shopper's talks and begin one: in general, or about the order named by ?order=."""
    shopper = rights.Shopper.of(request)
    order = _order(request, shopper)
    if order and request.method != "POST" and (there := queries.talk_about(order)):
        return redirect(there)
    form = BeginForm(request.POST or None, is_known=order is not None or shopper.user is not None)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                room = operations.begin(_beginning(request, shopper, order, form), now=timezone.now())
                rights.remember(request, room)
                return redirect(room)
            except tuple(REFUSALS) as refusal:
                form.add_error(None, str(refusal))
                status = REFUSALS[type(refusal)]
    context = {
        "form": form,
        "order": order,
        "talks": queries.talks_of(shopper),
        "reach": opening.reach(now=timezone.now()),
    }
    return render(request, "chat/talks.html", context, status=status)


@require_http_methods(["GET", "HEAD"])
@never_cache
def talk(request: HttpRequest, number: UUID) -> HttpResponse:
    """This function will show a talk to its shopper, or to who has its signed link (L28: to nobody else).

    Programs follow links too: that it was read is noted by `look`, by an answer, or by the page's socket.
    """
    token = request.GET.get("key", "")
    room = _seen(request, number, token=token)
    if token:
        rights.remember(request, room)
    return _page(request, room, MessageForm())


@require_POST
def look(request: HttpRequest, number: UUID) -> HttpResponse:
    """This function will note that the shopper has read what the page showed, and show what there is now."""
    room = _seen(request, number)
    operations.seen(number, now=timezone.now())
    operations.read(number, upto=shown(request))
    return redirect(room)


@require_POST
def say(request: HttpRequest, number: UUID) -> HttpResponse:
    room, form = queries.talk_of(rights.Shopper.of(request), number), MessageForm(request.POST)
    if room is None:  # said alike whether there is such a talk (L28)
        context = {"next": reverse("chat:talk", args=[number]), "text": request.POST.get("text", "")}
        return render(request, "chat/not_yours.html", context, status=404)
    operations.read(number, upto=shown(request))
    if not form.is_valid():
        return _page(request, room, form, status=400)
    try:
        operations.say(number, text=form.cleaned_data["text"], client_id=form.cleaned_data["key"], now=timezone.now())
    except limits.TooFast as refusal:
        form.add_error(None, str(refusal))
        return _page(request, room, form, status=429)
    return redirect(room)


@require_POST
def end(request: HttpRequest, number: UUID) -> HttpResponse:
    room = _seen(request, number)
    operations.end(number, now=timezone.now())
    return redirect(room)


@require_POST
def mail(request: HttpRequest, number: UUID) -> HttpResponse:
    room = _seen(request, number)
    try:
        address = letters.transcript(number, now=timezone.now())
        messages.success(request, f"The talk is on its way to {address}.")
    except letters.NoTranscript as refusal:
        messages.error(request, str(refusal))
    return redirect(room)


def _order(request: HttpRequest, shopper: rights.Shopper) -> Order | None:
    """The order that the talk is to be about, if it is theirs."""
    asked = request.GET.get("order")
    if not asked:
        return None
    try:
        found = orders.order_of(shopper.viewer, UUID(asked))
    except ValueError:
        found = None
    if found is None:
        raise Http404("No such order.")
    return found


def _beginning(request: HttpRequest, shopper: rights.Shopper, order: Order | None, form: BeginForm):
    given, user = form.cleaned_data, shopper.user
    known = order.email if order else user.email if user else ""
    return operations.Beginning(
        key=given["key"],
        user=user,
        order=order,
        name=given.get("name") or (user.name if user else ""),
        email=known or given.get("email", ""),
        text=given["text"],
        network=network_of(get_adapter().get_client_ip(request), v4_prefix=V4_PREFIX),
    )


def _page(request: HttpRequest, room: Room, form: MessageForm, *, status: int = 200) -> HttpResponse:
    said = queries.messages_since(room)
    context = {
        "room": room,
        "said": said,
        "last": said[-1].position if said else 0,
        "form": form,
        "reach": opening.reach(now=timezone.now()),
        "socket": f"/ws/talks/{room.number}/",
        "can_mail": any(message.side == Side.STAFF for message in said),
    }
    return render(request, "chat/talk.html", context, status=status)


def _seen(request: HttpRequest, number: UUID, *, token: str = "") -> Room:
    room = queries.talk_of(rights.Shopper.of(request), number, token=token)
    if room is None:
        raise Http404("No such talk.")
    return room
