"""Where people say what they want to hear of: those with an account at their own page, everybody by the link of a letter."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from shop.notifications import choices
from shop.notifications.forms import ChoicesForm
from shop.notifications.notices import NEEDED, TOPICS, always
from shop.staff.hearing import topics_for


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def letters(request: HttpRequest) -> HttpResponse:
    """This function will show what a person hears of, and keep what they choose of it."""
    topics, user = topics_for(request.user), request.user
    wanted = choices.wanted_by(user)
    form = ChoicesForm(request.POST or None, topics=topics, initial={slug: True for slug in wanted})
    if request.method == "POST" and form.is_valid():
        choices.choose(choices.Reader(user.pk), form.cleaned_data, now=timezone.now())
        messages.success(request, "It is noted what we tell you from now on.")
        return redirect("notices:letters")
    context = {"form": form, "always": always(), "needed": NEEDED}
    return render(request, "notices/letters.html", context, status=400 if form.errors else 200)


@csrf_exempt  # the link is the right to choose; mail programs press it without a page of ours (RFC 8058)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def stop(request: HttpRequest, sealed: str) -> HttpResponse:
    """This function will show whether letters of a topic come, and stop them, or have them come again, when told so.

    Looking changes nothing: programs look at the links of letters before people do.
    """
    found = choices.read_link(sealed)
    if found is None:
        raise Http404("No such link.")
    topic, reader = found
    if request.method == "POST":
        choices.choose(reader, {topic: request.POST.get("again") == "yes"}, now=timezone.now())
    context = {"topic": TOPICS[topic], "is_wanted": choices.is_wanted(topic, reader), "done": request.method == "POST"}
    return render(request, "notices/stop.html", context | {"needed": NEEDED})
