"""Asking to send books back, and the label for the parcel; for who may see the order."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from shop.orders.views import seen, seen_by_link
from shop.returns import asking, label, queries
from shop.returns.forms import ReturnForm


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def ask(request: HttpRequest, number: UUID) -> HttpResponse:
    """This function will show the form of a return, and ask the warehouse when it is sent."""
    order = seen(request, number)
    returns, now = queries.returns_of(order), timezone.now()
    lines, posted = list(order.lines.all()), request.method == "POST"
    left = {line.position: line.shipped for line in lines} if posted else queries.left_to_return(lines, returns)
    form = ReturnForm(request.POST if posted else None, lines=lines, left=left)
    if posted and form.is_valid():
        said = form.cleaned_data
        try:
            found = asking.ask(
                order, wanted=form.wanted, why=said["why"], words=said["words"], key=said["key"], now=now
            )
        except asking.CannotReturn as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"We have your request {found.reference}. You hear by e-mail what comes of it.")
            return redirect(order)
    elif not posted and not queries.can_ask(order, returns, now=now):
        messages.info(request, "No book of this order can be sent back now.")
        return redirect(order)
    context = {"order": order, "form": form, "until": queries.ask_until(order)}
    return render(request, "returns/ask.html", context, status=400 if form.errors else 200)


@require_safe
@never_cache
def label_pdf(request: HttpRequest, number: UUID, return_number: UUID) -> HttpResponse:
    """L28: through the order, for its owner or who holds its signed link. A return without approval has none."""
    order = seen_by_link(request, number)
    found = queries.return_of(order, return_number)
    if found is None or not found.has_label:
        raise Http404("No such label.")
    answer = HttpResponse(label.draw(found), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="return-{found.reference}.pdf"'
    return answer
