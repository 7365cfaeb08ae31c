"""The address book's pages."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shop.accounts import addresses as book
from shop.accounts.forms import AddressForm
from shop.accounts.models import Address
from shop.orders import countries


@login_required
@require_safe
@never_cache
def addresses(request: HttpRequest) -> HttpResponse:
    entries = book.addresses_of(request.user)
    for entry in entries:
        entry.country_name = countries.NAMES.get(entry.country, entry.country)
    return render(request, "accounts/addresses.html", {"addresses": entries})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    form = AddressForm(request.POST or None, initial={"name": request.user.name})
    if request.method == "POST" and form.is_valid():
        try:
            book.add_address(request.user, form.save(commit=False), now=timezone.now())
        except book.TooManyAddresses as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "The address is in your address book.")
            return redirect("accounts:addresses")
    return _form(request, form, "New address")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def change(request: HttpRequest, pk: int) -> HttpResponse:
    form = AddressForm(request.POST or None, instance=_own(request, pk))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "The address is changed. Orders that were placed keep the old one.")
        return redirect("accounts:addresses")
    return _form(request, form, "Change the address")


@login_required
@require_POST
def make_default(request: HttpRequest, pk: int) -> HttpResponse:
    book.make_default(request.user, _own(request, pk))
    messages.success(request, "Orders are filled in with this address from now on.")
    return redirect("accounts:addresses")


@login_required
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    book.remove_address(request.user, _own(request, pk))
    messages.success(request, "The address is removed.")
    return redirect("accounts:addresses")


def _form(request: HttpRequest, form: AddressForm, title: str) -> HttpResponse:
    status = 400 if form.errors else 200
    return render(request, "accounts/address.html", {"form": form, "title": title}, status=status)


def _own(request: HttpRequest, pk: int) -> Address:
    """L28: nobody's address but one's own."""
    if entry := book.address_of(request.user, pk):
        return entry
    raise Http404("No such address.")
