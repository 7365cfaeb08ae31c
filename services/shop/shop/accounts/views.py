"""The shopper's own account."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from shop.orders import queries

NEWEST_ORDERS = 3


@login_required
@require_safe
@never_cache
def overview(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/overview.html", {"orders": queries.orders_of(request.user)[:NEWEST_ORDERS]})
