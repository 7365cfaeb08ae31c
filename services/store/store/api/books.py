"""Doors to the catalogue."""

from contextlib import suppress

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponseNotModified
from django.utils import timezone
from rest_framework.response import Response
from rest_framework.views import APIView

from store.api.models import Scope
from store.api.paging import LARGEST_ID, LARGEST_PAGE, USUAL_LIST_PAGE, answer_changes, answer_list, number_from
from store.api.permissions import ScopeOrStaff
from store.catalogue import feed
from store.catalogue.models import Book
from store.holds.operations import lapse_due_holds
from store.waiting import InProgress


class BooksDoor(APIView):
    permission_classes = [ScopeOrStaff]
    scopes = {"GET": Scope.FEEDS_READ}
    staff_permission = "catalogue.view_book"


class BookChanges(BooksDoor):
    def get(self, request):
        with suppress(InProgress):  # the next poll will tell of them
            lapse_due_holds(now=timezone.now())
        return answer_changes(request, feed.changes)


class Books(BooksDoor):
    def get(self, request):
        limit = number_from(request, "limit", least=1, most=LARGEST_PAGE, default=USUAL_LIST_PAGE)
        after = number_from(request, "after", least=0, most=LARGEST_ID, default=0)
        search = request.query_params.get("search", "").replace("\x00", "").strip()
        rows = feed.books(search=search, after=after, limit=limit + 1)
        return answer_list(rows, limit=limit, ids=[row["id"] for row in rows])


class OneBook(BooksDoor):
    def get(self, request, book_id: int):
        found = feed.books(book_id=min(book_id, LARGEST_ID))
        if not found:
            raise Http404
        return Response(found[0])


class BookPicture(BooksDoor):
    def get(self, request, book_id: int):
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
