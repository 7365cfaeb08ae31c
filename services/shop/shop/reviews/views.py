"""Reviews of a book for everybody; one's own for who wrote them, and for nobody else."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shop.catalogue import queries as catalogue
from shop.catalogue.models import Book
from shop.pages.paging import nearest_page
from shop.reviews import operations, queries
from shop.reviews.forms import ReviewForm
from shop.reviews.models import Review

REVIEWS_PER_PAGE = 20


@require_safe
def of_book(request: HttpRequest, pk: int) -> HttpResponse:
    book = _book(pk)
    page = _page(request, queries.reviews_of(book))
    return render(request, "reviews/of_book.html", {"book": book, "page": page})


@login_required
@require_safe
@never_cache
def own(request: HttpRequest) -> HttpResponse:
    return render(request, "reviews/own.html", {"page": _page(request, queries.own_reviews(request.user))})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new(request: HttpRequest, pk: int) -> HttpResponse:
    """This function will take a first review; who has written one goes on to it, also by the second of two clicks."""
    book = _book(pk)
    if (written := queries.own_review_of(request.user, book)) and request.method != "POST":
        return redirect(written)
    if not written and not queries.has_bought(request.user, book):
        return render(request, "reviews/not_bought.html", {"book": book, "told": operations.NotBought()}, status=403)
    initial = {"signature": request.user.name.partition(" ")[0]}
    return _write(request, book, ReviewForm(request.POST or None, initial=initial))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def review(request: HttpRequest, pk: int) -> HttpResponse:
    found = _own(request, pk)
    initial = {name: getattr(found, name) for name in ReviewForm.Meta.fields}
    return _write(request, found.book, ReviewForm(request.POST or None, initial=initial), written=found)


@login_required
@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    operations.delete(_own(request, pk))
    messages.success(request, "Your review is deleted.")
    return redirect("reviews:own")


def _write(request: HttpRequest, book: Book, form: ReviewForm, *, written: Review | None = None) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            operations.write(request.user, book, **form.cleaned_data, now=timezone.now())
        except operations.ReviewRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Thank you. We read it, and you hear by e-mail when it is shown.")
            return redirect(book)
    context = {"book": book, "form": form, "written": written}
    return render(request, "reviews/review.html", context, status=400 if form.errors else 200)


def _page(request: HttpRequest, reviews):
    paginator = Paginator(reviews, REVIEWS_PER_PAGE)
    return paginator.page(nearest_page(request.GET.get("page", ""), paginator.num_pages))


def _book(pk: int) -> Book:
    if book := catalogue.book(pk):
        return book
    raise Http404("No such book.")


def _own(request: HttpRequest, pk: int) -> Review:
    """L28: nobody's review but one's own."""
    if found := queries.own_review(request.user, pk):
        return found
    raise Http404("No such review.")
