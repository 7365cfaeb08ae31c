"""The pages of the catalogue."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from shop.catalogue import queries
from shop.catalogue.availability import Hearing
from shop.pages import wording


@require_safe
def books(request: HttpRequest) -> HttpResponse:
    wish = queries.Wish.from_url(request.GET)
    page = queries.page_of_books(wish)
    context = {
        "wish": wish,
        "page": page,
        "pages": page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
        "orders": [(key, label) for key, (label, _) in queries.ORDERS.items()],
        "hearing": Hearing.latest(now=timezone.now()),
    }
    return render(request, "catalogue/books.html", context)


@require_safe
def book(request: HttpRequest, pk: int, slug: str = "") -> HttpResponse:
    found = queries.book(pk)
    if found is None:
        raise Http404("No such book.")
    if request.path != found.get_absolute_url():
        return redirect(found, permanent=False)
    context = {
        "book": found,
        "hearing": Hearing.latest(now=timezone.now()),
        "same_author": queries.by_same_author(found),
        "year": wording.year(found.first_published),
        "language": wording.language(found.language),
    }
    return render(request, "catalogue/book.html", context)
