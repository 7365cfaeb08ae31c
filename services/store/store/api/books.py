"""Doors to the catalogue."""

from contextlib import suppress

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponseNotModified
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from store.api import writing
from store.api.book_serializers import BookSerializer, facts_of
from store.api.book_writes import Verb
from store.api.paging import (
    CHANGES,
    LARGEST_ID,
    LARGEST_PAGE,
    LIST,
    USUAL_LIST_PAGE,
    answer_changes,
    answer_list,
    number_from,
)
from store.api.permissions import ScopeOrStaff
from store.api.schema import ETAG
from store.api.shapes import BookShape, changes_of, list_of
from store.api.writing import CHANGES_ONE, WRITES
from store.catalogue import feed
from store.catalogue.models import Book
from store.holds.operations import lapse_due_holds
from store.waiting import InProgress

SEARCH = OpenApiParameter("search", OpenApiTypes.STR, description="An ISBN-13, or a part of the title or an author.")


class BooksDoor(APIView):
    permission_classes = [ScopeOrStaff]


class BookChanges(BooksDoor):
    @extend_schema(operation_id="books_changes", parameters=CHANGES, responses=changes_of(BookShape(many=True), "Book"))
    def get(self, request):
        """Read the feed of books: each as it is now, in the order of their changes."""
        with suppress(InProgress):  # the next poll will tell of them
            lapse_due_holds(now=timezone.now())
        return answer_changes(request, feed.changes)


class Books(BooksDoor):
    @extend_schema(operation_id="books_list", parameters=[*LIST, SEARCH], responses=list_of(BookShape))
    def get(self, request):
        """List the books, in the order of their numbers."""
        limit = number_from(request, "limit", least=1, most=LARGEST_PAGE, default=USUAL_LIST_PAGE)
        after = number_from(request, "after", least=0, most=LARGEST_ID, default=0)
        search = request.query_params.get("search", "").replace("\x00", "").strip()
        rows = feed.books(search=search, after=after, limit=limit + 1)
        return answer_list(rows, limit=limit, ids=[row["id"] for row in rows])

    @extend_schema(
        operation_id="books_add",
        parameters=[*WRITES, ETAG],
        request=BookSerializer,
        responses={200: BookShape, 201: BookShape},
    )
    def post(self, request):
        """Add a book."""
        return writing.answer(request, Verb.ADDED, None, facts_of(request.data, whole=True))


class OneBook(BooksDoor):
    @extend_schema(operation_id="books_read", responses=BookShape)
    def get(self, request, book_id: int):
        """Read a book as it is now."""
        found = feed.books(book_id=min(book_id, LARGEST_ID))
        if not found:
            raise Http404
        return Response(found[0])

    @extend_schema(operation_id="books_put", parameters=CHANGES_ONE, request=BookSerializer, responses=BookShape)
    def put(self, request, book_id: int):
        """Let a book be as the body says. What it does not say is empty, but for whether it is sold."""
        return writing.answer(request, Verb.CHANGED, book_id, facts_of(request.data, whole=True))

    @extend_schema(operation_id="books_change", parameters=CHANGES_ONE, request=BookSerializer, responses=BookShape)
    def patch(self, request, book_id: int):
        """Change of a book what the body names."""
        return writing.answer(request, Verb.CHANGED, book_id, facts_of(request.data, whole=False))

    @extend_schema(operation_id="books_retire", parameters=CHANGES_ONE, responses={200: BookShape})
    def delete(self, request, book_id: int):
        """Retire a book. It is sold no longer, and orders of the past keep it."""
        return writing.answer(request, Verb.RETIRED, book_id, {"retired": True})


class BookPicture(BooksDoor):
    @extend_schema(
        operation_id="books_picture", parameters=[ETAG], responses={(200, "image/jpeg"): OpenApiTypes.BINARY, 304: None}
    )
    def get(self, request, book_id: int):
        """Get the picture of a book."""
        names = (
            Book.objects.filter(id=min(book_id, LARGEST_ID))
            .exclude(picture="")
            .values_list("picture", "picture_sha256")
        )
        picture, sha256 = names.first() or (None, None)
        if picture is None:
            raise Http404
        etag = f'"{sha256}"'
        if request.headers.get("If-None-Match") == etag:
            return HttpResponseNotModified(headers={"ETag": etag})
        try:
            file = default_storage.open(picture)
        except FileNotFoundError:
            raise Http404 from None
        return FileResponse(
            file, content_type="image/jpeg", headers={"ETag": etag, "Cache-Control": "private, no-cache"}
        )
