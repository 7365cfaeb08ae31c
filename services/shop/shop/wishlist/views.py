"""The wishlist's page and its changes: by htmx without a reload, by plain forms without JavaScript."""

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from shop.cart import visitors as carts
from shop.cart.operations import CartRefused
from shop.catalogue.availability import Hearing
from shop.catalogue.models import Book
from shop.pages.addresses import key_from, way_back
from shop.pages.paging import nearest_page
from shop.wishlist import operations, queries, visitors

BOOKS_PER_PAGE = 24


@login_required
@require_safe
@never_cache
def page(request: HttpRequest) -> HttpResponse:
    paginator = Paginator(queries.entries_of(request.user), BOOKS_PER_PAGE)
    shown = paginator.page(nearest_page(request.GET.get("page", ""), paginator.num_pages))
    return render(request, "wishlist/wishlist.html", {"page": shown, "hearing": Hearing.latest(now=timezone.now())})


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """This function will put a book on the list; a guest logs in first and comes back with it done."""
    book_id = key_from(request.POST.get("book", ""))
    if not request.user.is_authenticated:
        visitors.remember_wish(request, book_id)
        messages.info(request, "Please log in, and the book is on your wishlist.")
        return _log_in(request)
    try:
        book = operations.add(request.user, book_id=book_id, now=timezone.now())
    except operations.WishlistRefused as refusal:
        messages.error(request, str(refusal))
        return _changed(request, book_id, is_wished=False)
    messages.success(request, f"“{book}” is on your wishlist.", extra_tags="to-wishlist")
    return _changed(request, book_id, is_wished=True)


@require_POST
def remove(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return _log_in(request)
    book_id = key_from(request.POST.get("book", ""))
    if operations.remove(request.user, book_id=book_id):
        messages.success(request, "Taken off your wishlist.")
    return _changed(request, book_id, is_wished=False)


@require_POST
def move(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return _log_in(request)
    cart = carts.cart_for_writing(request)
    try:
        moved = operations.move_to_cart(request.user, cart, book_id=key_from(request.POST.get("book", "")))
    except CartRefused as refusal:
        messages.error(request, str(refusal))
    else:
        if moved:
            messages.success(request, "The book is in your cart.", extra_tags="to-cart")
    return redirect("wishlist:page")


def _changed(request: HttpRequest, book_id: int, *, is_wished: bool) -> HttpResponse:
    if not request.htmx:
        return redirect(way_back(request, "wishlist:page"))
    context = {
        "book": Book.objects.filter(pk=book_id).first(),
        "is_wished": is_wished,
        "small": request.POST.get("small") == "1",
        "came_from": way_back(request, "wishlist:page"),
    }
    return render(request, "wishlist/_changed.html", context)


def _log_in(request: HttpRequest) -> HttpResponse:
    address = f"{resolve_url('account_login')}?{urlencode({'next': way_back(request, 'wishlist:page')})}"
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
