"""Labels and pick lists to be printed."""

from collections.abc import Collection, Iterable, Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from store.labels import drawing, listing
from store.labels.forms import MOST_LABELS, CopyLabelsForm, LabelsForm, ShelfLabelsForm
from store.labels.picking import MOST_ORDERS, TooMany, pick_list
from store.orders import queue
from store.orders.models import Order
from store.orders.views import asked_filters, promise, queue_address
from store.staff_pages import for_those_who, frame
from store.stock.models import BookItem

SEE_COPIES, SEE_ORDERS = "stock.view_bookitem", "orders.view_order"
PAPER = "label_paper"  # what was printed on last, in the session


@require_http_methods(["GET", "HEAD", "POST"])
@for_those_who(SEE_COPIES)
def copy_labels(request: HttpRequest, rights: Collection[str]) -> HttpResponse:
    """This view will ask which copies get labels; on POST answer them as a PDF."""
    return _labels(request, CopyLabelsForm, "Labels of copies", [])


@require_http_methods(["GET", "HEAD", "POST"])
@for_those_who(SEE_COPIES)
def shelf_labels(request: HttpRequest, rights: Collection[str]) -> HttpResponse:
    """This view will ask which shelves get labels; on POST answer them as a PDF."""
    known = BookItem.objects.exclude(shelf="").order_by("shelf").values_list("shelf", flat=True).distinct()
    return _labels(request, ShelfLabelsForm, "Labels of shelves", known[:MOST_LABELS] if "all" in request.GET else [])


def ask_for_labels(request: HttpRequest, copies: Iterable[BookItem]) -> HttpResponse:
    """What the admin's action answers: the form, with the chosen copies in it."""
    form = CopyLabelsForm(initial=_initial(request, [copy.barcode for copy in copies]))
    return _page(request, form, "Labels of copies", reverse("labels:copies"))


def _labels(request: HttpRequest, form_of: type[LabelsForm], title: str, names: Iterable[str]) -> HttpResponse:
    if "look" in request.POST:  # from a page that knows what to print, to have it on other paper
        names = request.POST.get("what", "").splitlines()
    bound = request.method == "POST" and "look" not in request.POST
    form = form_of(request.POST if bound else None, initial=_initial(request, names))
    if not form.is_valid():
        return _page(request, form, title, request.path)
    paper = request.session[PAPER] = form.cleaned_data["paper"]
    return pdf(drawing.draw(form.labels, drawing.Paper(paper), start=form.cleaned_data["start"]), "labels")


def _initial(request: HttpRequest, names: Iterable[str]) -> dict:
    return {"what": "\n".join(names), "paper": request.session.get(PAPER, drawing.Paper.SHEET), "start": 1}


def _page(request: HttpRequest, form: LabelsForm, title: str, action: str) -> HttpResponse:
    context = {"title": title, "form": form, "action": action, "of_shelves": isinstance(form, ShelfLabelsForm)}
    return TemplateResponse(request, "admin/labels/labels.html", frame() | context)


@require_safe
@for_those_who(SEE_ORDERS)
def next_pick_list(request: HttpRequest, rights: Collection[str]) -> HttpResponse:
    """This view will answer the pick list for the next orders of the queue, by the filters in the address."""
    number = request.GET.get("number", "")
    if not (number.isascii() and number.isdigit() and 0 < int(number[:5]) <= MOST_ORDERS):
        messages.error(request, f"Write for how many orders the pick list is to be: 1 to {MOST_ORDERS}.")
        return HttpResponseRedirect(queue_address(request))
    seen, now = Order.objects.seen_with(rights), timezone.now()
    who = {"packer": request.user.email, "now": now, "promise": promise()}
    return pick_list_of(request, queue.queue(seen, asked_filters(request.GET), **who)[: int(number)])


def pick_list_of(request: HttpRequest, orders: Iterable[Order]) -> HttpResponse:
    """The pick list for these orders, or the queue with a sentence why there is none."""
    orders: Sequence[Order] = list(orders)
    try:
        picks = pick_list(orders)
    except TooMany as refusal:
        messages.error(request, str(refusal))
    else:
        if picks.fetch or picks.lacking:
            return pdf(listing.draw(picks, now=timezone.now()), "pick-list")
        messages.info(request, "There is nothing to fetch: no order waits, or all copies are in their boxes.")
    return HttpResponseRedirect(queue_address(request))


def pdf(content: bytes, name: str) -> HttpResponse:
    return HttpResponse(
        content, content_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}.pdf"'}
    )
