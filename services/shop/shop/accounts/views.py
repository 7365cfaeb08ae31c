"""The shopper's own account."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from shop.accounts import farewell
from shop.accounts.addresses import addresses_of
from shop.accounts.export import everything_about
from shop.accounts.forms import NameForm
from shop.orders import queries

NEWEST_ORDERS = 3


@login_required
@require_safe
@never_cache
def overview(request: HttpRequest) -> HttpResponse:
    context = {
        "orders": queries.orders_of(request.user)[:NEWEST_ORDERS],
        "address": next(iter(addresses_of(request.user)), None),
    }
    return render(request, "accounts/overview.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def name(request: HttpRequest) -> HttpResponse:
    form = NameForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Your name is changed.")
        return redirect("accounts:overview")
    return render(request, "accounts/name.html", {"form": form}, status=400 if form.errors else 200)


@login_required
@require_safe
@never_cache
@reauthentication_required
def data(request: HttpRequest) -> HttpResponse:
    """The page that leads to the file: the password is asked for before it, so that no log-in page is saved as the file."""
    return render(request, "accounts/data.html")


@login_required
@require_safe
@never_cache
@reauthentication_required
def export(request: HttpRequest) -> HttpResponse:
    """This function will hand over, as a file, everything the shop keeps about the person who asks."""
    answer = JsonResponse(everything_about(request.user), json_dumps_params={"indent": 2, "ensure_ascii": False})
    answer["Content-Disposition"] = 'attachment; filename="bookshop-my-data.json"'
    return answer


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@reauthentication_required
def delete(request: HttpRequest) -> HttpResponse:
    """This function will ask whether the account is really to go, and remove the person when told so."""
    if request.method != "POST":
        context = {"open_orders": farewell.open_orders_of(request.user)}
        return render(request, "accounts/delete.html", context)
    try:
        farewell.forget(request.user, now=timezone.now())
    except farewell.StillUnderWay as refusal:
        messages.error(request, str(refusal))
        return redirect("accounts:delete")
    logout(request)
    messages.success(request, "Your account is deleted. Thank you for having been here.")
    return redirect("pages:home")
