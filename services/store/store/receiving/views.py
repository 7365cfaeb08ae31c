"""Receiving: delivery notes, and each one scanned in."""

from collections.abc import Collection

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from store.accounts.roles import NOTE_DELIVERY, RECEIVE, SEE_COPIES
from store.clock import by_clock
from store.labels.forms import MOST_AT_ONCE
from store.labels.views import PAPER
from store.orders.bench import GOOD, NOTE, REFUSED, Told
from store.receiving import operations, queries
from store.receiving.forms import DeliveryForm
from store.receiving.models import Delivery
from store.shelves import codes
from store.shelves.finding import Refused, shelf_or_code
from store.shelves.naming import shelf_named
from store.shelves.scanned import revision_of, shelf_of
from store.staff_pages import frame, staff_page

DELIVERIES_A_PAGE = 50


@require_safe
@staff_page
def show_deliveries(request: HttpRequest, rights: Collection[str]) -> HttpResponse:
    """This view will list the deliveries, those that are open first."""
    page = Paginator(queries.deliveries(), DELIVERIES_A_PAGE).get_page(request.GET.get("page"))
    context = {"title": "Receiving", "page": page, "may_add": NOTE_DELIVERY in rights}
    return TemplateResponse(request, "admin/receiving/deliveries.html", frame() | context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def new_delivery(request: HttpRequest, rights: Collection[str]) -> HttpResponse:
    """This view will take a delivery note down."""
    form = DeliveryForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and (delivery := _announced(request, form)):
        return HttpResponseRedirect(reverse("receiving:delivery", args=[delivery.pk]))
    context = {"title": "New delivery note", "form": form, "action": request.path}
    return TemplateResponse(request, "admin/receiving/new.html", frame() | context)


def _announced(request: HttpRequest, form: DeliveryForm) -> Delivery | None:
    said, who = form.cleaned_data, {"actor": request.user.email, "now": timezone.now()}
    try:
        return operations.announce(supplier=said["supplier"], reference=said["reference"], books=form.books, **who)
    except operations.KnownAlready as known:
        (delivery,) = known.args
        form.add_error(
            "reference",
            f"This note was written down on {by_clock(delivery.made_at, '%-d %B %Y')} by {delivery.made_by}.",
        )
        return None


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def show_delivery(request: HttpRequest, rights: Collection[str], delivery_id: int) -> HttpResponse:
    """This view will show one delivery; on POST take in what was scanned, or close it."""
    if not Delivery.objects.filter(pk=delivery_id).exists():
        raise Http404
    told, shelf, surplus = None, shelf_of(request.POST), ""
    if request.method == "POST":
        try:
            if "close" in request.POST:
                return _closed(request, delivery_id)
            shelf, told = _scanned(request, delivery_id, shelf)
        except operations.Surplus as refusal:
            told, surplus = Told(NOTE, str(refusal)), request.POST.get("code", "")
        except (codes.NotACode, Refused) as refusal:
            told = Told(REFUSED, str(refusal))
    return _page(request, rights, delivery_id, told=told, shelf=shelf, surplus=surplus)


def _scanned(request: HttpRequest, delivery_id: int, shelf: str) -> tuple[str, Told]:
    code = shelf_or_code(request.POST.get("code", ""), wanted="a book, or a shelf")
    if isinstance(code, codes.Shelf):
        meant = shelf_named(code.name)
        told = f"{meant.news} What you scan from now on stands on shelf {meant.name}.".strip()
        return meant.name, Told(NOTE if meant.is_new else GOOD, told)
    shelf = shelf_named(shelf).name if shelf else ""
    words = operations.scan_in(
        delivery_id=delivery_id,
        code=code,
        shelf=shelf,
        revision=revision_of(request.POST),
        anyway="anyway" in request.POST,
        actor=request.user.email,
        now=timezone.now(),
    )
    return shelf, Told(GOOD, words)


def _closed(request: HttpRequest, delivery_id: int) -> HttpResponse:
    lacking = operations.close(delivery_id=delivery_id, actor=request.user.email, now=timezone.now())
    said = (
        f"{lacking} did not come and {'is' if lacking == 1 else 'are'} no longer expected." if lacking else "All came."
    )
    messages.success(request, f"The delivery is closed. {said}")
    return HttpResponseRedirect(request.path)


def _page(request: HttpRequest, rights: Collection[str], delivery_id: int, **shown) -> HttpResponse:
    delivery = Delivery.objects.get(pk=delivery_id)
    lines, came = queries.lines_of(delivery), queries.barcodes_that_came(delivery)
    context = {
        "title": f"Delivery {delivery}",
        "delivery": delivery,
        "lines": lines,
        "came": len(came),
        "noted": sum(line.quantity for line in lines),
        "lacking": sum(line.lacking for line in lines),
        "labels": [came[start : start + MOST_AT_ONCE] for start in range(0, len(came), MOST_AT_ONCE)],
        "paper": request.session.get(PAPER, "sheet"),
        "may_receive": RECEIVE in rights and delivery.is_open,
        "may_print": SEE_COPIES in rights,
    }
    return TemplateResponse(request, "admin/receiving/delivery.html", frame() | context | shown)
