from django.urls import path, re_path
from rest_framework.exceptions import NotFound
from rest_framework.permissions import IsAuthenticated
from rest_framework.views import APIView

from store.api import books, digests, holds, orders


class NothingHere(APIView):
    permission_classes = [IsAuthenticated]

    def get(self, request, rest: str):
        raise NotFound

    post = put = patch = delete = get


urlpatterns = [
    path("books/", books.Books.as_view()),
    path("books/changes/", books.BookChanges.as_view()),
    path("books/digests/", digests.BookRanges.as_view()),
    path("books/digests/rows/", digests.BookRows.as_view()),
    path("books/<int:book_id>/", books.OneBook.as_view()),
    path("books/<int:book_id>/picture/", books.BookPicture.as_view()),
    path("holds/<uuid:number>/", holds.OneHold.as_view()),
    path("orders/", orders.Orders.as_view()),
    path("orders/batch/", orders.OrderBatch.as_view()),
    path("orders/changes/", orders.OrderChanges.as_view()),
    path("orders/digests/", digests.OrderRanges.as_view()),
    path("orders/digests/rows/", digests.OrderRows.as_view()),
    path("orders/<uuid:number>/", orders.OneOrder.as_view()),
    path("orders/<uuid:number>/cancel/", orders.CancelOrder.as_view()),
    re_path("^(?P<rest>.*)$", NothingHere.as_view()),
]
