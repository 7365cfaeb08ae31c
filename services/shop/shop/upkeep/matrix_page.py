"""The mail matrix as a page for QA."""

from datetime import timedelta

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from shop.clock import begin_of
from shop.orders.models import Order
from shop.orders.states import State
from shop.orders.story import numbers_like
from shop.pages.paging import nearest_page
from shop.upkeep.access import LOOK_AT_MAIL, staff
from shop.upkeep.catcher import captured
from shop.upkeep.letters_due import MONEY_RETURNED, facts_of
from shop.upkeep.matrix import Line, judge
from shop.upkeep.pages import page

ORDERS_PER_PAGE = 25
HEADS = {
    State.AWAITING_PAYMENT: "Waiting for payment",
    "order_received": "Received",
    "order_accepted": "Accepted",
    "order_packing": "Packing",
    "order_parcel": "Parcel",
    "parcel_code": "Tracking code",
    "order_shipped": "Shipped",
    "order_rest": "Rest not sent",
    "parcel_lost": "Parcel lost",
    "parcel_came_back": "Parcel came back",
    State.CANCEL_REQUESTED: "Cancelling asked for",
    "order_not_cancelled": "Not cancelled",
    "order_cancelled": "Cancelled",
    "order_rejected": "Rejected",
    "order_failed": "Failed",
    "order_expired": "Expired",
    MONEY_RETURNED: "Money returned",
    "bank_transfer": "Account for the transfer",
}


class FilterForm(forms.Form):
    q = forms.CharField(label="Order or e-mail address", required=False, max_length=254)
    since = forms.DateField(label="Placed from", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label="to", required=False, widget=forms.DateInput(attrs={"type": "date"}))


@staff(LOOK_AT_MAIL)
@require_safe
def mail_matrix(request: HttpRequest) -> HttpResponse:
    form = FilterForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    pages = Paginator(orders_of(**asked) if form.is_valid() else Order.objects.none(), ORDERS_PER_PAGE)
    shown = pages.page(nearest_page(request.GET.get("page", ""), pages.num_pages))
    facts = facts_of(shown)
    seen = captured(settings.MAIL_API_URL, since=min((fact.order.placed_at for fact in facts), default=None))
    lines = judge(facts, seen)
    kinds = columns(lines)
    context = {
        "form": form,
        "page": shown,
        "heads": [HEADS.get(kind, kind) for kind in kinds],
        "lines": [(line, _by_column(line, kinds)) for line in lines],
        "wrong": sum(len(line.wrong) for line in lines),
        "seen": seen,
    }
    return page(request, "mails", "Mail matrix", context)


def orders_of(*, q: str = "", since=None, until=None) -> QuerySet[Order]:
    """Orders newest first: of one number, reference or e-mail address, placed within these days."""
    orders = Order.objects.newest_first()
    if q := q.strip():
        orders = orders.filter(Q(number__in=numbers_like(q)) | Q(email__iexact=q))
    if since:
        orders = orders.filter(placed_at__gte=begin_of(since))
    if until:
        orders = orders.filter(placed_at__lt=begin_of(until + timedelta(days=1)))
    return orders


def columns(lines: list[Line]) -> list[str]:
    """The kinds of events that occur, in the order of an order's life."""
    found = {cell.kind for line in lines for cell in line.cells}
    return [kind for kind in HEADS if kind in found] + sorted(found - HEADS.keys())


def _by_column(line: Line, kinds: list[str]) -> list[tuple[str, list]]:
    return [(HEADS.get(kind, kind), [cell for cell in line.cells if cell.kind == kind]) for kind in kinds]
