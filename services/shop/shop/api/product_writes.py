"""Doors by which staff write books. They go through to the store, which owns them; the shop hears of it by the feed."""

from functools import partial

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from shop.api import conditions, shapes
from shop.api.at_the_store import asking
from shop.api.door import Writes
from shop.api.permissions import ForStaff
from shop.api.products import FactsShape, OneProduct, OneProductShape, Products
from shop.api.repeating import HEADER, described, number_for
from shop.catalogue import queries
from shop.pages.addresses import absolute
from shop.staff.roles import WRITE_BOOKS
from store_client import Book, Writer

REPEAT = described("Chosen by you: the same one again is the same write.")
NO_VERSION = 0  # that no book has: the store then answers a write it knows by its key, and refuses any other
LOCATION = OpenApiParameter(
    "Location", str, OpenApiParameter.HEADER, required=True, response=[201, 202], description="Its `url`."
)


class ProductChangesShape(shapes.Strict):
    """Names and kinds of fields; how long they may be and what they may say is for the store to judge."""

    isbn13 = serializers.CharField(required=False, help_text="Any form of an ISBN.")
    title = serializers.CharField(required=False)
    subtitle = serializers.CharField(required=False, allow_blank=True)
    authors = serializers.ListField(child=serializers.CharField(), required=False, max_length=50)
    publisher = serializers.CharField(required=False, allow_blank=True)
    series = serializers.CharField(required=False, allow_blank=True)
    series_number = serializers.CharField(required=False, allow_blank=True)
    language = serializers.CharField(required=False, allow_blank=True, help_text="A tag such as en or pt-BR.")
    format = serializers.CharField(required=False, allow_blank=True, help_text="Such as paperback.")
    first_published = serializers.IntegerField(required=False, allow_null=True)
    description = serializers.CharField(required=False, allow_blank=True)
    categories = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField(), max_length=10),
        required=False,
        max_length=50,
        help_text="Paths of names from a root. They must be there already.",
    )
    price = serializers.DecimalField(max_digits=10, decimal_places=2, required=False, help_text="Tax included.")
    currency = serializers.CharField(required=False, help_text="Left out, it is EUR.")
    retired = serializers.BooleanField(required=False, help_text="No longer sold.")


class ProductFactsShape(ProductChangesShape):
    isbn13 = serializers.CharField(help_text="Any form of an ISBN.")
    title = serializers.CharField()
    price = serializers.DecimalField(max_digits=10, decimal_places=2, help_text="Tax included.")


class WrittenProductShape(FactsShape):
    """As the store has it."""

    version = serializers.IntegerField()
    description = serializers.CharField()
    price = serializers.DecimalField(max_digits=10, decimal_places=2)
    currency = serializers.CharField()
    available = serializers.IntegerField(source="free", help_text="Copies that the store has for new orders.")
    retired = serializers.BooleanField()
    url = serializers.SerializerMethodField()

    def get_url(self, book: Book) -> str:
        """Where the shop tells of it, some seconds from now."""
        return _address(book)


class _ForStaffToWrite:
    """Reading is for everybody. Every write may have a key, not POST alone."""

    writes = Writes.IN_STEPS  # the store knows the key as well, and for ever
    rights = dict.fromkeys(("POST", "PUT", "PATCH", "DELETE"), (WRITE_BOOKS,))

    def initial(self, request, *args, **options):
        super().initial(request, *args, **options)
        verb = request.method.lower()
        if verb in ("put", "patch", "delete") and HEADER in request.headers:
            setattr(self, verb, partial(self._once, getattr(self, verb)))

    def _if_current(self, handler, request, *args, **options) -> Response:
        """The store judges too, by the version that was seen: it is looked up once, see _version_seen()."""
        return handler(request, *args, **options)

    def get_permissions(self):
        return [ForStaff()] if self.request.method in self.rights else super().get_permissions()


class ProductsToWrite(_ForStaffToWrite, Products):
    @extend_schema(
        operation_id="products_add",
        parameters=[REPEAT, LOCATION],
        request=ProductFactsShape,
        responses={201: WrittenProductShape},
    )
    def post(self, request):
        """For staff: add a book. It is found here a few seconds later, under the number that is answered."""
        facts = _facts(ProductFactsShape, request)
        with asking() as store:
            book = store.add_book(facts, _writer(request))
        return Response(WrittenProductShape(book).data, status=201, headers={"Location": _address(book)})


class OneProductToWrite(_ForStaffToWrite, OneProduct):
    @extend_schema(
        operation_id="products_put",
        parameters=[REPEAT],
        request=ProductFactsShape,
        responses=WrittenProductShape,
    )
    def put(self, request, product_id: int):
        """For staff: let a book be as the body says. What it does not say is empty, but for `retired`."""
        facts, writer = _facts(ProductFactsShape, request), _writer(request, product_id)
        with asking() as store:
            return Response(WrittenProductShape(store.put_book(product_id, facts, writer)).data)

    @extend_schema(
        operation_id="products_change",
        parameters=[REPEAT],
        request=ProductChangesShape,
        responses=WrittenProductShape,
    )
    def patch(self, request, product_id: int):
        """For staff: change of a book what the body names."""
        facts, writer = _facts(ProductChangesShape, request), _writer(request, product_id)
        with asking() as store:
            return Response(WrittenProductShape(store.change_book(product_id, facts, writer)).data)

    @extend_schema(operation_id="products_retire", parameters=[REPEAT], responses={204: None})
    def delete(self, request, product_id: int):
        """For staff: retire a book. It is sold no longer; orders of the past keep it."""
        writer = _writer(request, product_id)
        with asking() as store:
            store.retire_book(product_id, writer)
        return Response(status=204)


def _facts(shape: type[ProductChangesShape], request) -> dict:
    said = shapes.read(shape, request)
    return said | ({"price": str(said["price"])} if "price" in said else {})


def _writer(request, product_id: int | None = None) -> Writer:
    """Who writes, what they have seen, and the key by which nothing is done twice."""
    what = f"{request.method} product {product_id or ''}"
    seen = None if product_id is None else _version_seen(request, product_id)
    return Writer(actor=request.user.email, key=number_for(request, what), version=seen)


def _version_seen(request, product_id: int) -> int | None:
    """The version of the book that the caller's ETag is about; None if the caller does not care.

    With a key it is the store that refuses: the write may have been done before, and be what has changed the book.

    :raises Problem: 412, if the book is not as the caller has seen it.
    """
    if request.headers.get(conditions.HEADER, "").strip() in ("", "*"):
        return None
    book = queries.book(product_id)
    if book is None:
        raise Http404
    if not conditions.is_current(request, Response(OneProductShape(book).data)):
        if HEADER in request.headers:
            return NO_VERSION
        raise conditions.changed()
    return book.version


def _address(book: Book) -> str:
    return absolute(f"/api/products/{book.id}/")
