"""What a customer needs to send the money: account, amount, reference, and until when."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from shop.orders import queries as orders
from shop.payments import queries
from shop.payments.gateways.bank_transfer.gateway import BankTransfer, account


@require_safe
@never_cache
def details(request: HttpRequest, key: UUID) -> HttpResponse:
    """L28: for who may see the order, and nobody else."""
    payment = queries.payment_of(orders.Viewer.of(request), key, gateway=BankTransfer.name)
    if payment is None:
        raise Http404("No such payment.")
    if not payment.order.is_payable(timezone.now()):
        return redirect(payment.order)
    context = {"payment": payment, "order": payment.order, "account": account()}
    return render(request, "bank_transfer/details.html", context)
