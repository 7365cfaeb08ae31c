"""Labels and pick lists to be printed."""

from collections.abc import Collection, Iterable

from django.contrib import messages
from django.db.models import F, Func, IntegerField, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from store.importing.models import ImportRun
from store.importing.queries import copies_of
from store.labels import batches, drawing, listing
from store.labels.forms import MOST_AT_ONCE, MOST_LABELS, UNKNOWN_SHOWN, CopyLabelsForm, LabelsForm, ShelfLabelsForm
from store.labels.models import Kind, LabelBatch, LabelFile
from store.labels.picking import MOST_ORDERS, TooMany, pick_list
from store.orders import queue
from store.orders.models import Order
from store.orders.views import asked_filters, promise, queue_address
from store.shelves.codes import is_printable
from store.shelves.scanned import number_of
from store.staff_pages import frame, staff_page
from store.stock.models import BookItem

BATCHES_SHOWN = 50
LARGEST_ID = 2**63 - 1
PAPER = "label_paper"  # what was printed on last, in the session


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def copy_labels(request: HttpRequest, rights: Collection[str]) -> HttpResponse:
    """This view will ask which copies get labels; on POST answer them as a PDF."""
    return _labels(request, CopyLabelsForm, "Labels of copies", _brought(request) if "import" in request.GET else [])


def _brought(request: HttpRequest) -> QuerySet:
    """A part of the copies that an import brought, as many as can be printed at once."""
    run, part = (number_of(request.GET, name) for name in ("import", "part"))
    found = ImportRun.objects.filter(pk=run).first() if run and part else None
    if found is None:
        raise Http404
    start = min((part - 1) * MOST_LABELS, found.done_copies)
    copies = copies_of(found).order_by("shelf", "id").values_list("barcode", flat=True)
    return copies[start : start + MOST_LABELS]


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def shelf_labels(request: HttpRequest, rights: Collection[str]) -> HttpResponse:
    """This view will ask which shelves get labels; on POST answer them as a PDF."""
    return _labels(request, ShelfLabelsForm, "Labels of shelves", _all_shelves(request) if "all" in request.GET else [])


def _all_shelves(request: HttpRequest) -> list[str]:
    """Those whose names can be barcodes; the others are named."""
    known = BookItem.objects.exclude(shelf="").order_by("shelf").values_list("shelf", flat=True).distinct()
    names = list(known[:MOST_LABELS])
    if odd := [name for name in names if not is_printable(name)]:
        more = f" and {len(odd) - UNKNOWN_SHOWN} more" if len(odd) > UNKNOWN_SHOWN else ""
        messages.warning(
            request,
            f"Left out, since Code 128 cannot say their names: {', '.join(odd[:UNKNOWN_SHOWN])}{more}. "
            "Move their copies to shelves of other names.",
        )
    return [name for name in names if is_printable(name)]


def ask_for_labels(request: HttpRequest, copies: QuerySet) -> HttpResponse | None:
    """What the admin's action answers: the form, with the chosen copies in it; only a sentence if they are too many."""
    if (number := copies.count()) > MOST_LABELS:
        messages.error(request, f"{number:,} copies are chosen; {MOST_LABELS:,} labels at most are printed at once.")
        return None
    form = CopyLabelsForm(initial=_initial(request, [copy.barcode for copy in copies]))
    return _page(request, form, "Labels of copies", reverse("labels:copies"))


def _labels(request: HttpRequest, form_of: type[LabelsForm], title: str, names: Iterable[str]) -> HttpResponse:
    if "look" in request.POST:  # from a page that knows what to print, to have it on other paper
        names = request.POST.get("what", "").splitlines()
    bound = request.method == "POST" and "look" not in request.POST
    form = form_of(request.POST if bound else None, initial=_initial(request, names))
    if not form.is_valid():
        return _page(request, form, title, request.path)
    paper, start = drawing.Paper(form.cleaned_data["paper"]), form.cleaned_data["start"]
    request.session[PAPER] = paper.value
    if len(form.names) <= MOST_AT_ONCE:
        return pdf(drawing.draw(form.labels, paper, start=start), "labels")
    kind = Kind.SHELVES if isinstance(form, ShelfLabelsForm) else Kind.COPIES
    batch = batches.ask_for(kind, form.names, paper, start=start, actor=request.user.email, now=timezone.now())
    return HttpResponseRedirect(reverse("labels:batch", args=[batch.pk]))


def _initial(request: HttpRequest, names: Iterable[str]) -> dict:
    return {"what": "\n".join(names), "paper": request.session.get(PAPER, drawing.Paper.SHEET), "start": 1}


def _page(request: HttpRequest, form: LabelsForm, title: str, action: str) -> HttpResponse:
    context = {"title": title, "form": form, "action": action, "of_shelves": isinstance(form, ShelfLabelsForm)}
    return TemplateResponse(request, "admin/labels/labels.html", frame() | context)


@require_safe
@staff_page
def show_batches(request: HttpRequest, rights: Collection[str]) -> HttpResponse:
    """This view will list the labels that were drawn in the background of late."""
    latest = LabelBatch.objects.annotate(number=Func(F("names"), function="cardinality", output_field=IntegerField()))
    context = {"title": "Large batches", "batches": latest.defer("names").order_by("-id")[:BATCHES_SHOWN]}
    return TemplateResponse(request, "admin/labels/batches.html", frame() | context)


@require_safe
@staff_page
def show_batch(request: HttpRequest, rights: Collection[str], batch_id: int) -> HttpResponse:
    """This view will show how far a batch is, and what of it can be printed."""
    batch = LabelBatch.objects.filter(pk=batch_id).first()
    if batch is None:
        raise Http404
    before = batches.to_draw().filter(pk__lt=batch.pk).exists() and not batch.ended_at
    context = {"title": str(batch), "batch": batch, "number": len(batch.names), "before": before}
    return TemplateResponse(
        request, "admin/labels/batch.html", frame() | context | {"files": batch.files.order_by("first")}
    )


@require_safe
@staff_page
def batch_file(request: HttpRequest, rights: Collection[str], batch_id: int, first: int) -> FileResponse:
    """This view will answer a part of a batch as a PDF."""
    part = LabelFile.objects.filter(batch=min(batch_id, LARGEST_ID), first=min(first, MOST_LABELS)).first()
    try:
        file = part and batches.FOLDER.open(part.file)
    except FileNotFoundError:
        file = None
    if file is None:
        raise Http404
    return FileResponse(file, content_type="application/pdf", filename=f"labels-{part.first}-{part.last}.pdf")


@require_safe
@staff_page
def next_pick_list(request: HttpRequest, rights: Collection[str]) -> HttpResponse:
    """This view will answer the pick list for the next orders of the queue, by the filters in the address."""
    number = request.GET.get("number", "")
    if not (number.isascii() and number.isdigit() and 0 < int(number[:5]) <= MOST_ORDERS):
        messages.error(request, f"Write for how many orders the pick list is to be: 1 to {MOST_ORDERS}.")
        return HttpResponseRedirect(queue_address(request))
    seen, now = Order.objects.seen_with(rights), timezone.now()
    who = {"packer": request.user.email, "now": now, "promise": promise()}
    return pick_list_of(request, queue.queue(seen, asked_filters(request.GET), **who)[: int(number)])


def pick_list_of(request: HttpRequest, orders: QuerySet) -> HttpResponse:
    """The pick list for these orders, or the queue with a sentence why there is none."""
    try:
        picks = pick_list(orders[: MOST_ORDERS + 1])
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
