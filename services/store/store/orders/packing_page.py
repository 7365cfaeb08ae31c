"""The packer's page of one order."""

from collections.abc import Collection

from django.contrib import admin, messages
from django.contrib.admin.widgets import AutocompleteSelectMultiple
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from store.accounts.roles import PACK, SEE_PRICES
from store.orders import collecting, operations, packing, queries, shortfall
from store.orders.forms import PackingForm, Result, ShortForm
from store.orders.models import Order, OrderLine, OrderState
from store.orders.parcels import ParcelState
from store.staff_pages import rights_on
from store.stock.models import BookItem

CHOICES_PER_PAGE = 20
LINE_BOOK = OrderLine._meta.get_field("book")  # any foreign key will do: only the widget's scripts are wanted


def show(model_admin: admin.ModelAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """This view will show the order with its forms; on POST save one, or propose copies."""
    rights = rights_on(request)
    order = _order_of(rights, object_id)
    may_pack = order.is_open and order.may_be_packed and PACK in rights
    if request.method == "POST":
        if "_short" in request.POST:
            return _short(model_admin, request, order, may_pack)
        data = request.POST.copy()
        if "_success" in data:
            data["result"] = Result.SUCCESS
        form = PackingForm(data)
        if "_propose" in data:
            form = _proposed(order, data)
        elif form.is_valid() and _saved(request, order, form):
            return HttpResponseRedirect(_after_saving(request, order))
    else:
        form = _fresh(order)
    return _page(model_admin, request, order, form, may_pack)


def choices(request: HttpRequest, object_id: str) -> JsonResponse:
    """This view will answer the copies that could go into the order's box, for select2."""
    order = _order_of(rights_on(request), object_id)
    term, page = request.GET.get("term", "").replace("\x00", ""), request.GET.get("page", "1")
    page = int(page) if page.isascii() and page.isdigit() and len(page) < 5 else 1
    found, more = queries.copies_to_choose_from(order, term.strip(), page=page, size=CHOICES_PER_PAGE)
    return JsonResponse(
        {
            "results": [{"id": copy.barcode, "text": label_of(copy)} for copy in found],
            "pagination": {"more": more},
        }
    )


def label_of(copy: BookItem) -> str:
    return " · ".join(filter(None, [copy.barcode, copy.book.title, copy.shelf and f"shelf {copy.shelf}"]))


def _order_of(rights: Collection[str], object_id: str) -> Order:
    if not (object_id.isascii() and object_id.isdigit() and len(object_id) < 19):
        raise Http404
    order = Order.objects.seen_with(rights).filter(pk=int(object_id)).first()
    if order is None:
        raise Http404
    return order


def _fresh(order: Order) -> PackingForm:
    in_box = [copy.barcode for copy in queries.copies_in_box(order)]
    return PackingForm(initial={"copies": in_box, "revision": order.revision, "result": Result.OPEN})


def _proposed(order: Order, data) -> PackingForm:
    """What was typed stays; the copies become the proposal."""
    typed = {name: data.get(name, "") for name in ("scanned", "reason", "result")}
    proposal = [copy.barcode for copy in packing.propose_copies(order)]
    return PackingForm(initial=typed | {"copies": proposal, "revision": order.revision, "result": Result.OPEN})


def _saved(request: HttpRequest, order: Order, form: PackingForm) -> bool:
    """Do what the form says; a refusal becomes the form's error."""
    who = {"order_id": order.pk, "actor": request.user.email, "now": timezone.now()}
    box = {"barcodes": form.barcodes, "revision": form.cleaned_data["revision"]}
    try:
        match form.cleaned_data["result"]:
            case Result.FAILED:
                ended = operations.fail_order(reason=form.cleaned_data["reason"], **who)
                what = "failed" if ended.state == OrderState.FAILED else "ends with what has left"
                messages.success(request, f"Order {order} {what}; its copies are back on the shelf.")
            case Result.SUCCESS:
                packing.dispatch(**box, **who)
                messages.success(request, f"Order {order} is dispatched.")
            case _:
                packing.choose_copies(**box, **who)
                messages.success(request, f"Order {order} is saved and stays open.")
    except packing.PackingRefused as refusal:
        for sentence in refusal.sentences:
            form.add_error(None, sentence)
        if isinstance(refusal, packing.PackedMeanwhile):
            order.refresh_from_db()
            form.data["revision"] = order.revision
    except operations.TooLate as error:
        form.add_error(None, f"This order is {error} already.")
    return form.is_valid()


def _short(model_admin: admin.ModelAdmin, request: HttpRequest, order: Order, may_pack: bool) -> HttpResponse:
    """Note copies of a line as short, or show the page with the reasons why not."""
    form = ShortForm(request.POST)
    if form.is_valid():
        try:
            order = shortfall.fall_short(
                order_id=order.pk, actor=request.user.email, now=timezone.now(), **form.cleaned_data
            )
        except packing.PackingRefused as refusal:
            for sentence in refusal.sentences:
                form.add_error(None, sentence)
            order.refresh_from_db()
            form.data = form.data.copy()
            form.data["revision"] = order.revision
        else:
            number = form.cleaned_data["number"]
            messages.success(
                request, f"{number} noted as not deliverable; order {order} is {order.get_state_display()}."
            )
            return HttpResponseRedirect(request.path)
    return _page(model_admin, request, order, _fresh(order), may_pack, short=form)


def _short_forms(order: Order, lines: list[OrderLine], refused: ShortForm | None) -> None:
    """Give each line that can fall short its form; the refused one keeps what was typed."""
    wrong = refused.data.get("line") if refused else None
    for line in lines:
        line.form = None
        if line.packed < line.to_deliver and not order.waits_for_all:
            fresh = ShortForm(initial={"line": line.line, "revision": order.revision}, auto_id=f"short_{line.line}_%s")
            line.form = refused if wrong == str(line.line) else fresh
    if refused:
        refused.auto_id = f"short_{wrong}_%s"


def _after_saving(request: HttpRequest, order: Order) -> str:
    still_open = request.POST.get("result") == Result.OPEN and "_success" not in request.POST
    return request.path if still_open else reverse("admin:orders_order_changelist") + "?state=open"


def _page(
    model_admin, request, order: Order, form: PackingForm, may_pack: bool, *, short: ShortForm | None = None
) -> HttpResponse:
    parcels = queries.copies_by_parcel(order)
    in_box = [copy for parcel, copies in parcels if parcel.state == ParcelState.OPEN for copy in copies]
    chosen = form["copies"].value() or []
    labels = {copy.barcode: label_of(copy) for copy in in_box}
    others = [barcode for barcode in chosen if barcode not in labels]
    found = {copy.barcode: copy for copy in BookItem.objects.filter(barcode__in=others).select_related("book")}
    labels = {b: labels.get(b) or (label_of(found[b]) if b in found else b) for b in chosen}
    form.offer(labels, reverse("admin:orders_order_copies", args=[order.pk]))
    lines = queries.lines_for_packing(order)
    _short_forms(order, lines, short)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": f"Order {order}",
        "opts": model_admin.opts,
        "order": order,
        "ship_to": order.ship_to,
        "lines": lines,
        "short": short,
        "waits": shortfall.WAITS if order.waits_for_all else "",
        "parcels": parcels,
        "events": order.events.order_by("version"),
        "form": form,
        "may_pack": may_pack,
        "to_collect": collecting.of_order(order, lines),
        "sees_prices": SEE_PRICES in request.user.get_group_permissions(),
        "media": model_admin.media + AutocompleteSelectMultiple(LINE_BOOK, model_admin.admin_site).media,
    }
    return TemplateResponse(request, "admin/orders/packing.html", context)
