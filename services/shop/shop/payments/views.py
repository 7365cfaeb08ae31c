"""Paying an order, coming back from a gateway, and the door for what gateways tell by themselves."""

import logging
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from shop.orders import queries as orders
from shop.orders.models import Order
from shop.orders.states import State as OrderState
from shop.payments import operations, queries, tidying
from shop.payments.gateways import NoSuchGateway, gateways
from shop.payments.gateways.base import GatewayRefused, GatewayUnavailable, NotBelieved
from shop.payments.going import go_to
from shop.payments.models import Payment
from shop.payments.states import State

log = logging.getLogger(__name__)

LONGEST_NOTICE_BYTES = 256 * 1024


@require_safe
@never_cache
def pay(request: HttpRequest, number: UUID) -> HttpResponse:
    order, now = _mine(request, number), timezone.now()
    if not order.is_payable(now):
        return redirect(order)
    transfer = queries.transfer_of(order)
    context = {
        "order": order,
        "gateways": queries.ways_to_pay(order, chosen=request.GET.get("gateway", ""), under_way=transfer),
        "transfer": transfer,
        "pay_by": queries.pay_by(order, now=now),
        "time_left": queries.time_left(order, now=now),
        "was_declined": queries.was_declined(order),
        "begun": queries.begun_try(order),
    }
    return render(request, "payments/pay.html", context)


@require_POST
def start(request: HttpRequest, number: UUID) -> HttpResponse:
    return go_to(request, _mine(request, number), request.POST.get("gateway", ""))


@require_safe
@never_cache
def back(request: HttpRequest, number: UUID, key: UUID) -> HttpResponse:
    """This function will ask the gateway what came of it, whoever returns: the money does not depend on a log-in.

    What the address says of success is not even read.
    """
    payment = Payment.objects.select_related("order").filter(pk=key, order=number).first()
    if payment is None:
        raise Http404("No such payment.")
    if not _is_its_own(request, payment):
        messages.error(request, "You came back from another payment than this one. Nothing was changed.")
        return redirect(payment.order)
    try:
        tidying.look(payment, now=timezone.now())
    except (NoSuchGateway, GatewayUnavailable, GatewayRefused) as error:
        log.warning("Payment %s could not be asked for: %s", payment.key, error)
        messages.info(request, "The bank has not answered yet. This page shows the payment as soon as it has.")
        return redirect(payment.order)
    payment.refresh_from_db()
    return _tell(request, payment, payment.order)


@csrf_exempt
@require_POST
def notice(request: HttpRequest, gateway: str) -> HttpResponse:
    """This function will take a notice from a gateway. It proves itself by its signature; there is no log-in (L24)."""
    if int(request.headers.get("Content-Length") or 0) > LONGEST_NOTICE_BYTES:
        return HttpResponse("Too long.\n", status=413, content_type="text/plain")
    try:
        is_new = operations.hear_notice(gateway, request.headers, request.body, now=timezone.now())
    except NoSuchGateway:
        raise Http404("No such gateway.") from None
    except (NotBelieved, GatewayRefused) as error:
        log.warning("A notice for the gateway %s was not believed: %s", gateway, error)
        return HttpResponse("Not believed.\n", status=400, content_type="text/plain")
    except GatewayUnavailable as error:  # it cannot be checked now; they send it again
        log.warning("A notice for the gateway %s could not be checked: %s", gateway, error)
        return HttpResponse("Please send it again.\n", status=503, content_type="text/plain")
    except Payment.DoesNotExist as error:
        log.warning("A notice of the gateway %s names no payment of ours: %s", gateway, error)
        return HttpResponse("No such payment.\n", status=404, content_type="text/plain")
    return HttpResponse("Thank you.\n" if is_new else "Known already.\n", content_type="text/plain")


def _is_its_own(request: HttpRequest, payment: Payment) -> bool:
    """Whether the gateway, if it names the try in the address of return, names this one."""
    one = gateways().get(payment.gateway)
    named = request.GET.get(one.names_itself_by, "") if one and one.names_itself_by else ""
    if named and named != payment.reference:
        log.warning("Somebody came back to the payment %s with %.100r", payment.key, named)
        return False
    return True


def _mine(request: HttpRequest, number: UUID) -> Order:
    """L28: the order of its owner, and of nobody else."""
    order = orders.order_of(orders.Viewer.of(request), number)
    if order is None:
        raise Http404("No such order.")
    return order


def _tell(request: HttpRequest, payment: Payment, order: Order) -> HttpResponse:
    order.refresh_from_db()
    if payment.state == State.CAPTURED and order.state == OrderState.PLACED:
        messages.success(request, f"Thank you. Your payment arrived, and order {order.reference} is placed.")
    elif payment.state == State.FAILED and order.is_payable(timezone.now()):
        return redirect("payments:pay", order.pk)
    elif payment.state in (State.PENDING, State.AUTHORISED) and order.is_payable(timezone.now()):
        messages.info(request, "No payment has arrived yet. You can still pay.")
    return redirect(order)
