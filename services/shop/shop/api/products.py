"""Doors to the books. They are called products here, as clients of earlier systems know them."""

import time
from functools import lru_cache

from django.http import Http404, QueryDict
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from orjson import Fragment
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.permissions import SAFE_METHODS, AllowAny
from rest_framework.response import Response

from shop.api import paging
from shop.api.door import Door
from shop.api.fresh import KEPT_FOR_S, kept_while_fresh
from shop.api.problems import missing
from shop.api.renderers import joined
from shop.catalogue import queries
from shop.catalogue.finding import find
from shop.catalogue.headings import PRICE_BANDS
from shop.catalogue.models import Book
from shop.catalogue.shown import Shown
from shop.catalogue.told import FACTS, KNOWN_ROWS, Told, told
from shop.catalogue.wish import FILTERS, Wish
from shop.pages.addresses import absolute
from shop.reviews.models import Rating

# As other APIs name them, and as the shop's own pages do.
ORDERINGS = {
    "relevance": "relevance",
    "series": "series",
    "-id": "newest",
    "newest": "newest",
    "title": "title",
    "price": "price",
    "-price": "-price",
}
CHOICES = {
    "category": "Slug of a category, such as fiction/classics.",
    "author": "Slug of an author; see /api/authors/.",
    "publisher": "Slug of a publisher.",
    "language": "A language tag, such as en.",
    "format": "Such as paperback.",
    "price": f"Lower end of a price band: {', '.join(PRICE_BANDS)}.",
}
PARAMETERS = [
    OpenApiParameter("search", OpenApiTypes.STR, description="Words of title, author, series; or an ISBN."),
    OpenApiParameter("ordering", OpenApiTypes.STR, enum=list(ORDERINGS)),
    OpenApiParameter("in_stock", OpenApiTypes.STR, enum=["1", "0"]),
    OpenApiParameter("series", OpenApiTypes.STR, description="Slug of a series; they come in its order."),
    *(
        OpenApiParameter(
            name, OpenApiTypes.STR, many=True, description=words, enum=PRICE_BANDS if name == "price" else None
        )
        for name, words in CHOICES.items()
    ),
    *paging.PARAMETERS,
]


class RatingShape(serializers.Serializer):
    average = serializers.FloatField()
    count = serializers.IntegerField()


class FactsShape(serializers.Serializer):
    """What is the same for whoever tells of the book."""

    id = serializers.IntegerField()
    isbn13 = serializers.CharField()
    title = serializers.CharField()
    subtitle = serializers.CharField()
    authors = serializers.ListField(child=serializers.CharField())
    publisher = serializers.CharField()
    series = serializers.CharField()
    series_number = serializers.CharField()
    language = serializers.CharField()
    format = serializers.CharField()
    first_published = serializers.IntegerField(allow_null=True)
    categories = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))


class ProductShape(FactsShape):
    price = serializers.DecimalField(max_digits=10, decimal_places=2, source="price_now")
    list_price = serializers.DecimalField(max_digits=10, decimal_places=2, source="price")
    price_reason = serializers.CharField(help_text="Name of the discount that lowers the price; usually empty.")
    currency = serializers.CharField()
    available = serializers.IntegerField(help_text="Copies that can be ordered now, as far as the shop knows.")
    retired = serializers.BooleanField(source="is_retired", help_text="No longer sold.")
    rating = serializers.SerializerMethodField()
    picture = serializers.SerializerMethodField()
    page = serializers.SerializerMethodField()

    def to_representation(self, book: Book) -> dict:
        rating = getattr(book, "rating", None)
        facts = {name: getattr(book, name) for name in FACTS}
        return facts | _terms(book, rating if rating and rating.count else None)

    def get_rating(self, book: Book) -> RatingShape(allow_null=True):
        rating = getattr(book, "rating", None)
        return RatingShape(rating).data if rating and rating.count else None

    def get_picture(self, book: Book) -> str | None:
        """Address of the cover."""
        return absolute(book.cover_medium) if book.cover_sha256 else None

    def get_page(self, book: Book) -> str:
        """Address of the book's page for people."""
        return absolute(book.get_absolute_url())


def _terms(book: Shown, rating: Rating | None) -> dict:
    """The fields of a product that are no facts of the book, by hand: a page of a hundred in a fraction of the time."""
    return {
        "price": f"{book.price_now:.2f}",
        "list_price": f"{book.price:.2f}",
        "price_reason": book.price_reason,
        "currency": book.currency,
        "available": book.available,
        "retired": book.is_retired,
        "rating": {"average": rating.average, "count": rating.count} if rating else None,
        "picture": absolute(book.cover_medium) if book.cover_sha256 else None,
        "page": absolute(book.get_absolute_url()),
    }


def _rows(keys: list[int]) -> list[Fragment]:
    lately = time.monotonic() // KEPT_FOR_S
    return [_written(book, lately) for book in told(keys)]


@lru_cache(maxsize=KNOWN_ROWS)
def _written(book: Told, lately: float) -> Fragment:
    """:param lately: changes now and then, for the sake of addresses of pictures that are good for an hour only."""
    rating = Rating(count=book.count, stars=book.stars) if book.count else None
    return joined(book.facts, _terms(book, rating))


class OneProductShape(ProductShape):
    description = serializers.CharField()

    def to_representation(self, book: Book) -> dict:
        return super().to_representation(book) | {"description": book.description}


class ProductDoor(Door):
    permission_classes = [AllowAny]
    free_of_scope = SAFE_METHODS
    kept = "no-cache"  # but for asking whether it is still so


class Products(ProductDoor):
    @extend_schema(operation_id="products_list", parameters=PARAMETERS, responses=paging.page_of(ProductShape))
    @kept_while_fresh
    def get(self, request):
        """List books on sale: found, filtered and in order, as on the pages of the shop."""
        wish, kinds = _wish(request)
        if "series" not in kinds and (isbn := queries.book_by_isbn(wish.search)) and not wish.place:
            return paging.answer(request, _rows([isbn.pk]), count=1, number=1, pages=1)
        found = find(wish, counting=False)
        if kinds - {kind for kind, _ in found.wish.filters}:
            return paging.answer(request, [], count=0, number=1, pages=1)  # filed under nothing that is known
        if found.number != int(wish.page):
            raise NotFound
        pages = max(1, -(-found.books // wish.size))
        return paging.answer(request, _rows(found.ids), count=found.books, number=found.number, pages=pages)


class OneProduct(ProductDoor):
    @extend_schema(operation_id="products_read", responses=OneProductShape)
    @kept_while_fresh
    def get(self, request, product_id: int):
        """Read one book, also one that is no longer sold."""
        book = queries.book(product_id)
        if book is None:
            raise Http404
        return Response(OneProductShape(book).data)


def _wish(request) -> tuple[Wish, set[str]]:
    """What is asked for, and by which kinds of headings it is narrowed; a series only if nobody knows it.

    :raises Problem: 400, for what makes no sense.
    """
    asked = request.query_params
    ordering = paging.choice_from(request, "ordering", *ORDERINGS)
    paging.choice_from(request, "in_stock", "1", "0")
    number, size = paging.page_and_size(request)
    url = QueryDict(mutable=True)
    for name in (*FILTERS, "in_stock"):
        url.setlist(name, asked.getlist(name))
    url["q"], url["order"], url["page"] = asked.get("search", ""), ORDERINGS.get(ordering, ""), str(number)
    kinds = {kind for kind in FILTERS if any(asked.getlist(kind))}
    way = queries.place("series", asked["series"]) if asked.get("series") else []
    if asked.get("series") and not way:
        kinds.add("series")
    wish = Wish.from_url(url, way[-1] if way else None, size=size)
    if "price" in kinds and not any(kind == "price" for kind, _ in wish.filters):
        raise missing(("price", CHOICES["price"]))
    return wish, kinds
