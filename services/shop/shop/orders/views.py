"""My orders and the page of one order."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shop.cart import visitors
from shop.cart.operations import CartRefused
from shop.orders import cancelling, countries, operations, queries, sums
from shop.orders.models import Order
from shop.orders.states import State
from shop.pages.paging import nearest_page
from shop.payments import queries as payments
from shop.returns import queries as returning
from shop.story.sources import Known
from shop.story.whole import short_story

ORDERS_PER_PAGE = 20


@login_required
@require_safe
@never_cache
def orders(request: HttpRequest) -> HttpResponse:
    paginator = Paginator(queries.orders_of(request.user), ORDERS_PER_PAGE)
    page = paginator.page(nearest_page(request.GET.get("page", ""), paginator.num_pages))
    # Those that are placed meanwhile come first.
    watched = page.number == 1 or queries.may_change(page.object_list, now=timezone.now())
    return _page(request, "orders/orders.html", "orders/_list.html", {"page": page, "watched": watched})


@require_safe
@never_cache
def order(request: HttpRequest, number: UUID) -> HttpResponse:
    """This function will show an order to its owner, or to who has its signed link (L28: to nobody else)."""
    found = seen_by_link(request, number)
    now, heard = timezone.now(), queries.heard_of(found)
    reasons = queries.reasons_of(found, heard)
    refunds = list(payments.refunds_of(found).select_related("payment"))
    state, parcels = found.state_at(now), queries.parcels_of(found)
    returns = returning.returns_of(found)
    came = returning.returned(returns)
    context = {
        "order": found,
        "state": state,
        "can_pay": found.is_payable(now),
        "time_left": payments.time_left(found, now=now) if found.is_payable(now) else "",
        "pay_by": payments.pay_by(found, now=now) if found.is_payable(now) else "",
        "transfer": payments.transfer_of(found) if found.is_payable(now) else None,
        "paid": payments.paid_for(found),
        "refunds": refunds,
        "part": queries.part_of(found),
        "sums": sums.sums(found, sums.all_of(found.lines.all())),
        "tax": sums.tax_sentence(found, found.total),
        "rows": [(line, reasons.get(line.position, ""), came.get(line.position, 0)) for line in found.lines.all()],
        "returns": returns,
        "can_return": returning.can_ask(found, returns, now=now),
        "can_cancel": cancelling.can_cancel(found, now=now),
        "can_restore": state == State.EXPIRED and not found.restored_at,
        "country": countries.NAMES.get(found.ship_country, found.ship_country),
        "bill_country": countries.NAMES.get(found.bill_country, found.bill_country),
        "can_order_again": state not in (State.AWAITING_PAYMENT, State.EXPIRED) or bool(found.restored_at),
        "steps": short_story(Known(found, heard, parcels, refunds, returns)),
        "parcels": parcels,
        "next": queries.what_comes_next(found),
        "watched": queries.may_change([found], now=now),
    }
    return _page(request, "orders/order.html", "orders/_found.html", context)


def _page(request: HttpRequest, whole: str, part: str, context: dict) -> HttpResponse:
    """For the page's own script, which has heard that an order moved, only the part that shows it."""
    return render(request, part if request.htmx else whole, context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def cancel(request: HttpRequest, number: UUID) -> HttpResponse:
    """This function will ask whether the order is really to be cancelled, and cancel it when told so."""
    found = seen(request, number)
    if request.method != "POST":
        if not cancelling.can_cancel(found, now=timezone.now()):
            return redirect(found)
        return render(request, "orders/cancel.html", {"order": found})
    try:
        cancelled = cancelling.cancel(found, now=timezone.now())
    except cancelling.TooLate as refusal:
        messages.error(request, str(refusal))
        return redirect(found)
    if cancelled.state == State.CANCELLED:
        messages.success(request, f"Order {found.reference} is cancelled.")
    else:
        messages.info(request, "We asked the warehouse to stop your order. You hear its answer by e-mail.")
    return redirect(found)


@require_POST
def restore(request: HttpRequest, number: UUID) -> HttpResponse:
    """This function will put the books of an order that was not paid in time back into the visitor's cart."""
    found = seen(request, number)
    try:
        is_back = operations.restore_cart(found, visitors.cart_for_writing(request), now=timezone.now())
    except CartRefused as refusal:
        messages.error(request, str(refusal))
        return redirect(found)
    if is_back:
        messages.success(request, "The books are back in your cart.")
    return redirect("cart:page")


def seen_by_link(request: HttpRequest, number: UUID) -> Order:
    """L28: as seen(), and for who has the signed link of a letter, whose browser may see the order again from then on."""
    token = request.GET.get("key", "")
    found = seen(request, number, token=token)
    if token:
        queries.remember(request, found)
    return found


def seen(request: HttpRequest, number: UUID, *, token: str = "") -> Order:
    """L28: the order of its owner, or of who holds its signed link, and of nobody else."""
    found = queries.order_of(queries.Viewer.of(request), number, token=token)
    if found is None:
        raise Http404("No such order.")
    return found
