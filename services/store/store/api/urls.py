from django.urls import path, re_path
from rest_framework.exceptions import NotFound
from rest_framework.permissions import IsAuthenticated
from rest_framework.views import APIView

from store.api import books, digests, docs, holds, imports, orders, returns, stories


class NothingHere(APIView):
    schema = None
    permission_classes = [IsAuthenticated]

    def get(self, request, rest: str):
        raise NotFound

    post = put = patch = delete = get


app_name = "api"
urlpatterns = [
    path("schema/", docs.Schema.as_view(), name="schema"),
    path("books/", books.Books.as_view(), name="books"),
    path("books/changes/", books.BookChanges.as_view(), name="book-changes"),
    path("books/digests/", digests.BookRanges.as_view(), name="book-digests"),
    path("books/digests/rows/", digests.BookRows.as_view(), name="book-digest-rows"),
    path("books/<int:book_id>/", books.OneBook.as_view(), name="book"),
    path("books/<int:book_id>/picture/", books.BookPicture.as_view(), name="picture"),
    path("holds/<uuid:number>/", holds.OneHold.as_view(), name="hold"),
    path("imports/", imports.Imports.as_view(), name="imports"),
    path("imports/<int:run_id>/", imports.OneImport.as_view(), name="import"),
    path("orders/", orders.Orders.as_view(), name="orders"),
    path("orders/batch/", orders.OrderBatch.as_view(), name="order-batch"),
    path("orders/changes/", orders.OrderChanges.as_view(), name="order-changes"),
    path("orders/digests/", digests.OrderRanges.as_view(), name="order-digests"),
    path("orders/digests/rows/", digests.OrderRows.as_view(), name="order-digest-rows"),
    path("orders/<uuid:number>/", orders.OneOrder.as_view(), name="order"),
    path("orders/<uuid:number>/cancel/", orders.CancelOrder.as_view(), name="cancel-order"),
    path("orders/<uuid:number>/story/", stories.OrderStory.as_view(), name="order-story"),
    path("returns/changes/", returns.ReturnChanges.as_view(), name="return-changes"),
    path("returns/digests/", digests.ReturnRanges.as_view(), name="return-digests"),
    path("returns/digests/rows/", digests.ReturnRows.as_view(), name="return-digest-rows"),
    path("returns/<uuid:number>/", returns.OneReturn.as_view(), name="return"),
    re_path(r"^(?P<rest>(?s:.*))\Z", NothingHere.as_view(), name="nothing-here"),
]
