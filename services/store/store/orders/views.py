"""The packers' own pages: the queue, the bench of one order, and the sheet of commands."""

from collections.abc import Collection
from contextlib import suppress
from datetime import timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from store.accounts.roles import PACK
from store.clock import begin_of
from store.orders import bench, codes, finding, labelling, queue, scanning
from store.orders.codes import Code, Command
from store.orders.models import Order
from store.orders.packing import PackingRefused
from store.paper.bars import bars_of
from store.returns import desk
from store.staff_pages import frame, staff_page

ORDERS_A_PAGE = 50


@require_safe
@staff_page
def show_queue(request: HttpRequest, rights: Collection[str]) -> HttpResponse:
    """This view will list what waits, by the filters in the address; to who has the list, only that it is as it was."""
    now, filters, within = timezone.now(), asked_filters(request.GET), promise()
    mark = f'"{queue.mark(now=now, promise=within)}"'  # before the list is read, which may be newer
    if request.headers.get("If-None-Match") == mark:
        return HttpResponseNotModified(headers={"ETag": mark})
    orders = Order.objects.seen_with(rights)
    waiting = queue.queue(orders, filters, packer=request.user.email, now=now, promise=within)
    page = Paginator(waiting, ORDERS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "title": "Packing",
        "rows": queue.told(page.object_list, promise=within),
        "page": page,
        "chosen": filters._asdict(),
        "filters": [(name, getattr(filters, name), choices) for name, choices in queue.CHOICES.items()],
        "query": _query(filters),
        "packed_today": queue.packed_since(begin_of(timezone.localdate(now))),
        "mine": request.user.email,
        "now": now,
        "may_pack": PACK in rights,
        "mark": mark,
    }
    return TemplateResponse(request, "admin/packing/queue.html", frame() | context, headers={"ETag": mark})


@require_POST
@staff_page
def take_next(request: HttpRequest, rights: Collection[str]) -> HttpResponse:
    """This view will claim the first free order among those that the packer is looking at, and open its bench.

    If a packing slip was scanned it opens the bench of that order, and claims nothing.
    """
    filters, scanned = asked_filters(request.GET), request.POST.get("code", "").strip()
    if not scanned:
        return _next(request, rights, filters)
    try:
        what = codes.read(scanned)
    except codes.NotACode as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(queue_address(request))
    if what == Command.NEXT:
        return _next(request, rights, filters)
    if isinstance(what, Code) and (order := finding.order_of(what, among=Order.objects.seen_with(rights))):
        return HttpResponseRedirect(reverse("packing:bench", args=[order.pk]) + _query(filters))
    messages.error(request, f"“{getattr(what, 'text', what)}” is no order that you may pack: scan its packing slip.")
    return HttpResponseRedirect(queue_address(request))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def show_bench(request: HttpRequest, rights: Collection[str], order_id: int) -> HttpResponse:
    """This view will show one order's bench; on POST do what was scanned, and say what came of it."""
    orders = Order.objects.seen_with(rights)
    if request.method != "POST":
        return _bench(request, orders, order_id, rights)
    try:
        return _scan(request, rights, orders, order_id)
    except Order.DoesNotExist:
        raise Http404 from None
    except codes.NotACode as error:
        told = bench.Told(bench.REFUSED, str(error))
    except PackingRefused as refusal:
        told = bench.told_of(refusal)
    return _bench(request, orders, order_id, rights, told)


@require_safe
@staff_page
def show_commands(request: HttpRequest, rights: Collection[str]) -> HttpResponse:
    """This view will show the commands as bars, to be printed."""
    commands = bench.COMMANDS | desk.COMMANDS
    sheet = [(words, str(command), *bars_of(command)) for command, words in commands.items()]
    for carrier in labelling.carriers():
        with suppress(ValueError):  # a name that bars cannot say is typed
            sheet.append((f"Carrier: {carrier}", label := codes.carrier_label(carrier), *bars_of(label)))
    return TemplateResponse(request, "admin/packing/commands.html", frame() | {"title": "Commands", "sheet": sheet})


def _scan(request, rights, orders, order_id: int) -> HttpResponse:
    who = {"orders": orders, "order_id": order_id, "packer": request.user.email, "now": timezone.now()}
    if "take_over" in request.POST:
        order = scanning.take_over(**who)
        return _bench(request, orders, order_id, rights, bench.Told(bench.GOOD, f"Order {order.reference} is yours."))
    awaits_tracking = "awaits_tracking" in request.POST
    said = request.POST.get("command") or request.POST.get("code", "")
    what = codes.read_at_bench(said, awaits_tracking=awaits_tracking)
    if what == Command.NEXT:
        return _next(request, rights, asked_filters(request.GET), instead_of=order_id)
    if isinstance(what, Code) and (order := finding.order_of(what, among=orders)):
        if order.pk != order_id:
            return HttpResponseRedirect(reverse("packing:bench", args=[order.pk]) + _query(asked_filters(request.GET)))
        return _bench(request, orders, order_id, rights, bench.Told(bench.NOTE, "That is this order: scan its copies."))
    if what == Command.UNDO and awaits_tracking:
        return _bench(request, orders, order_id, rights, bench.Told(bench.NOTE, "No tracking code is noted."))
    done = scanning.scan(scanned=_scanned(request.POST, what), **who)
    if not done.order.is_open:
        messages.success(request, done.words)
        return HttpResponseRedirect(queue_address(request))
    told = bench.Told(bench.NOTE if what == Command.TRACKING else bench.GOOD, done.words)
    return _bench(request, orders, order_id, rights, told, done=done, awaits_tracking=what == Command.TRACKING)


def _bench(
    request, orders, order_id: int, rights, told: bench.Told | None = None, *, done=None, awaits_tracking=False
) -> HttpResponse:
    order = done.order if done else orders.filter(pk=order_id).first()
    if order is None:
        raise Http404
    context = bench.context_of(order, done and done.lines, told, packer=request.user.email, now=timezone.now())
    around = frame() | {"may_pack": PACK in rights, "query": _query(asked_filters(request.GET))}
    around["awaits_tracking"] = awaits_tracking
    return TemplateResponse(request, "admin/packing/bench.html", around | context)


def _next(request, rights, filters: queue.Filters, *, instead_of: int | None = None) -> HttpResponse:
    now, packer = timezone.now(), request.user.email
    waiting = queue.queue(Order.objects.seen_with(rights), filters, packer=packer, now=now, promise=promise())
    order = scanning.take_next(queue=waiting, packer=packer, now=now, instead_of=instead_of)
    if order is None:
        messages.info(request, "No order is free to be taken.")
        return HttpResponseRedirect(queue_address(request))
    return HttpResponseRedirect(reverse("packing:bench", args=[order.pk]) + _query(filters))


def _scanned(form: QueryDict, what) -> scanning.Scanned:
    revision = form.get("revision", "")
    known = revision.isascii() and revision.isdigit() and len(revision) < 10
    return scanning.Scanned(what, int(revision) if known else None, form.get("offered", "").replace("\x00", ""))


def asked_filters(query: QueryDict) -> queue.Filters:
    asked = {name: query.get(name, "") for name in queue.CHOICES}
    return queue.Filters(**{name: value for name, value in asked.items() if value in dict(queue.CHOICES[name])})


def _query(filters: queue.Filters) -> str:
    chosen = {name: value for name, value in filters._asdict().items() if value}
    return f"?{urlencode(chosen)}" if chosen else ""


def queue_address(request: HttpRequest) -> str:
    return reverse("packing:queue") + _query(asked_filters(request.GET))


def promise() -> timedelta:
    return timedelta(hours=settings.PACK_WITHIN_HOURS)
