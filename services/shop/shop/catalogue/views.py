"""The pages of the catalogue."""

from django.core.paginator import Page
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from shop.catalogue import facets, neighbours, queries, seen, structured
from shop.catalogue.availability import Hearing
from shop.catalogue.finding import Found
from shop.catalogue.wish import Wish
from shop.pages import wording
from shop.pages.addresses import absolute
from shop.reviews import queries as reviews


@require_safe
def books(request: HttpRequest, kind: str = "", slug: str = "") -> HttpResponse:
    """The list of books: all of them, or those of one author, series, publisher or category."""
    way = queries.place(kind, slug) if kind else []
    if kind and not way:
        raise Http404(f"No such {kind}.")
    wish = Wish.from_url(request.GET, way[-1] if way else None)
    if not way and (isbn := queries.book_by_isbn(wish.search)):
        return redirect(isbn)
    found, page = queries.page_of_books(wish)
    return render(request, "catalogue/books.html", _list(found, page) | {"way": way[:-1]})


def _list(found: Found, page: Page) -> dict:
    wish = found.wish
    currency = page.object_list[0].currency if page.object_list else "EUR"
    context = {
        "wish": wish,
        "found": found,
        "page": page,
        "pages": page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
        "facets": facets.facets(found, currency),
        "removals": facets.removals(found, currency),
        "without_filters": wish.without(*facets.TITLES).address,
        "canonical": absolute(wish.path + (f"?page={page.number}" if page.number > 1 else "")),
        "hearing": Hearing.latest(now=timezone.now()),
    }
    if not found.books:
        context |= {
            "facets": [],
            "wider": facets.wider(found),
            "single_words": [word.typed for word in found.words if word.known] if len(found.words) > 1 else [],
            "roots": [] if wish.place else queries.categories(roots_only=True),
        }
    return context


@require_safe
def categories(request: HttpRequest) -> HttpResponse:
    context = {"tree": queries.categories(), "canonical": absolute(request.path)}
    return render(request, "catalogue/categories.html", context)


@require_safe
def book(request: HttpRequest, pk: int, slug: str = "") -> HttpResponse:
    found = queries.book(pk, **reviews.of_reader(request.user))
    if found is None:
        raise Http404("No such book.")
    if request.path != found.get_absolute_url():
        return redirect(found, permanent=False)
    beside = neighbours.beside(found, seen=seen.keys(request))
    context = {
        "book": found,
        "beside": beside,
        "hearing": Hearing.latest(now=timezone.now()),
        "year": wording.year(found.first_published),
        "language": wording.language(found.language),
        "canonical": absolute(found.get_absolute_url()),
        "picture": absolute(found.cover_large) if found.cover_large else "",
        "data": structured.book(found, beside),
        "reviews": reviews.reviews_of(found)[: reviews.SHOWN_WITH_THE_BOOK],
    }
    answer = render(request, "catalogue/book.html", context)
    seen.remember(request, answer, found.pk)
    return answer


@require_POST
def forget_seen(request: HttpRequest) -> HttpResponse:
    answer = redirect("catalogue:books")
    seen.forget(answer)
    return answer
