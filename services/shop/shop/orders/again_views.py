"""Order again: one button on an order."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from shop.cart import visitors
from shop.cart.operations import CartRefused
from shop.orders.again import order_again
from shop.orders.views import seen
from shop.pages.wording import counted


@require_POST
def again(request: HttpRequest, number: UUID) -> HttpResponse:
    """This function will put an order's books into the visitor's cart and say, line by line, what cannot be had."""
    order = seen(request, number)
    try:
        came = order_again(order, visitors.cart_for_writing(request))
    except CartRefused as refusal:
        messages.error(request, str(refusal))
        return redirect(order)
    for sentence in came.missing:
        messages.warning(request, sentence)
    if not came.copies:
        return redirect(order)
    verb = "is" if came.copies == 1 else "are"
    messages.success(
        request, f"{counted(came.copies, 'copy', 'copies')} of order {order.reference} {verb} in your cart."
    )
    return redirect("cart:page")
