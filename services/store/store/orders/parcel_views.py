"""Pages of parcels: one parcel, its packing slip, and the list of what left on a day."""

from collections.abc import Collection
from datetime import date, datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone as clock
from django.views.decorators.http import require_http_methods, require_safe

from store.accounts.roles import PACK, TAKE_BACK
from store.orders import collecting, dispatch_list, handing, labelling, slip
from store.orders.forms import EndForm, LabelForm, ParcelReasonForm
from store.orders.models import Allocation, Order
from store.orders.packing import PackingRefused
from store.orders.parcels import ENDS, PARCEL_MOVES, Parcel, ParcelState
from store.returns import parcels as returned
from store.returns.operations import ReturnRefused
from store.spreadsheet import as_csv
from store.staff_pages import frame, staff_page

PARCELS_SHOWN = 500
LARGEST_ID = 2**63 - 1


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def show_parcel(request: HttpRequest, rights: Collection[str], parcel_id: int) -> HttpResponse:
    """This view will show one parcel; on POST note its carrier, open it again, or note what became of it.

    That it is lost or came back is final and told to the customer: `?end=lost` asks for the reason first.
    """
    parcel = _parcel_of(rights, parcel_id)
    label, again, ended = LabelForm(instance=parcel), ParcelReasonForm(), _asked_end(request, parcel)
    if "take_in" in request.POST:
        return _taken_in(request, parcel)
    if request.method == "POST":
        label = LabelForm(request.POST, instance=_parcel_of(rights, parcel_id)) if "label" in request.POST else label
        again = ParcelReasonForm(request.POST) if "again" in request.POST else again
        if _noted(request, parcel, label, again, ended):
            return HttpResponseRedirect(request.path)
    inside = Allocation.objects.filter(parcel=parcel, released_at__isnull=True).select_related("copy", "line")
    context = {
        "title": f"Parcel {parcel.number} of order {parcel.order.reference}",
        "parcel": parcel,
        "order": parcel.order,
        "to_collect": collecting.of_parcels([parcel.order]).get(parcel.pk),
        "inside": inside.order_by("line__line", "id"),
        "events": parcel.events.order_by("id"),
        "label": label,
        "again": again,
        "may_open": ParcelState.OPEN in PARCEL_MOVES[parcel.state],
        "ends": [(state.value, state.label) for state in ENDS if state in PARCEL_MOVES[parcel.state]],
        "ended": ended,
        "to_take_in": returned.to_take_in(parcel).count() if TAKE_BACK in rights else 0,
        "carriers": labelling.carriers(),
        "may_pack": PACK in rights,
    }
    return TemplateResponse(request, "admin/packing/parcel.html", frame() | context)


@require_safe
@staff_page
def show_slip(request: HttpRequest, rights: Collection[str], parcel_id: int) -> HttpResponse:
    """This view will answer the packing slip as a PDF."""
    parcel = _parcel_of(rights, parcel_id)
    answer = HttpResponse(slip.draw(parcel), content_type="application/pdf")
    name = f"packing-slip-{parcel.order.reference}-{parcel.number}.pdf"
    answer["Content-Disposition"] = f'inline; filename="{name}"'
    return answer


@require_safe
@staff_page
def list_parcels(request: HttpRequest, rights: Collection[str]) -> HttpResponse:
    """This view will list what left on a day, of all carriers or of one; as a page, or as a CSV."""
    orders, carrier = Order.objects.seen_with(rights), request.GET.get("carrier", "all").replace("\x00", "")
    day = _day(request.GET.get("day", "")) or clock.localdate()
    found = dispatch_list.left_on(day, orders=orders, carrier=None if carrier == "all" else carrier)
    if request.GET.get("as") == "csv":
        answer = StreamingHttpResponse(as_csv(dispatch_list.lines_of(found)), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="dispatched-{day}.csv"'
        return answer
    context = {
        "title": "What left",
        "parcels": found[:PARCELS_SHOWN],
        "number": found.count(),
        "day": day,
        "carrier": carrier,
        "carriers": dispatch_list.carriers_on(day, orders=orders),
    }
    return TemplateResponse(request, "admin/packing/parcels.html", frame() | context)


def _taken_in(request: HttpRequest, parcel: Parcel) -> HttpResponse:
    """Take its copies in, and go where the look at each of them is noted."""
    try:
        found = returned.take_in(parcel_id=parcel.pk, actor=request.user.email, now=clock.now())
    except ReturnRefused as refusal:
        messages.error(request, str(refusal))
        return HttpResponseRedirect(request.path)
    names = " and ".join(each.reference for each in found)
    messages.success(request, f"{parcel} is taken in for return {names}. Say what becomes of each copy.")
    return HttpResponseRedirect(reverse("admin:returns_return_change", args=[found[-1].pk]))


def _asked_end(request: HttpRequest, parcel: Parcel) -> EndForm | None:
    """The form for an end that needs a reason; None where none was asked for."""
    asked = request.POST if request.method == "POST" else request.GET
    end = asked.get("end", "")
    if end not in EndForm.SAYING or ParcelState(end) not in PARCEL_MOVES[parcel.state]:
        return None
    return EndForm(request.POST if request.method == "POST" else None, initial={"end": end}, end=ParcelState(end))


def _noted(
    request: HttpRequest, parcel: Parcel, label: LabelForm, again: ParcelReasonForm, ended: EndForm | None
) -> bool:
    """Do what was sent; a refusal becomes a message of the page."""
    who = {"parcel_id": parcel.pk, "actor": request.user.email, "now": clock.now()}
    try:
        if "label" in request.POST:
            if not label.is_valid():
                return False
            handing.write_label(**label.cleaned_data, **who)
            messages.success(request, f"{parcel}: carrier and tracking code are noted.")
        elif "again" in request.POST:
            if not again.is_valid():
                return False
            handing.open_again(reason=again.cleaned_data["reason"], **who)
            messages.success(request, f"{parcel} is open again.")
        elif (state := request.POST.get("end")) in ENDS:
            if ended and not ended.is_valid():
                return False
            reason = ended.cleaned_data["reason"] if ended else ""
            told = handing.note_end(state=ParcelState(state), reason=reason, **who)
            messages.success(request, f"{parcel}: {told.get_state_display()}.")
    except PackingRefused as refusal:
        messages.error(request, " ".join(refusal.sentences))
    return True


def _parcel_of(rights: Collection[str], parcel_id: int) -> Parcel:
    if parcel_id > LARGEST_ID:
        raise Http404
    orders = Order.objects.seen_with(rights)
    parcel = Parcel.objects.select_related("order").filter(pk=parcel_id, order__in=orders).first()
    if parcel is None:
        raise Http404
    return parcel


def _day(text: str) -> date | None:
    try:
        day = datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        return None
    return day if day < date.max else None  # the day after it has to be one, too
