"""The way to a gateway's page, for whoever has chosen one: at the checkout, or among the ways to pay."""

import logging
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.http import urlencode

from shop.orders.models import Order
from shop.payments import operations
from shop.payments.gateways import NoSuchGateway
from shop.payments.gateways.base import GatewayRefused, GatewayUnavailable

log = logging.getLogger(__name__)


def go_to(request: HttpRequest, order: Order, gateway: str) -> HttpResponse:
    """This function will open a try to pay and send the customer to it; to the list of ways if that is not possible."""

    def back(key: UUID) -> str:
        return request.build_absolute_uri(reverse("payments:back", args=[order.pk, key]))

    try:
        return _leave(request, operations.start(order, gateway, now=timezone.now(), back=back))
    except operations.NotPayable as refusal:
        messages.error(request, str(refusal))
        return redirect(order)
    except NoSuchGateway:
        messages.error(request, "Please choose one of the ways to pay.")
    except (GatewayUnavailable, GatewayRefused) as error:
        log.warning("A payment of %s could not be opened: %s", order, error)
        messages.error(request, "This way to pay does not answer at the moment. Please try again, or another one.")
    return to_ways(order, chosen=gateway)


def to_ways(order: Order, *, chosen: str = "") -> HttpResponse:
    """This function will lead to the page with every way to pay; one that was chosen stands first there."""
    query = f"?{urlencode({'gateway': chosen})}" if chosen else ""
    return redirect(reverse("payments:pay", args=[order.pk]) + query)


def _leave(request: HttpRequest, url: str) -> HttpResponse:
    """To a page of ours by a redirect; elsewhere by a page that goes on by itself.

    Browsers hold the whole chain of redirects after a form against form-action, and where a gateway leads in the end,
    such as to the customer's own bank, nobody can list.
    """
    if url.startswith("/"):
        return redirect(url)
    answer = render(request, "payments/leave.html", {"url": url, "host": urlsplit(url).hostname})
    add_never_cache_headers(answer)
    return answer
