"""Doors to the reviews that one has written oneself, in whatever state; and to nobody else's."""

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from shop.api import paging, shapes
from shop.api.accounts import valid
from shop.api.door import Door, Writes
from shop.api.problems import refused
from shop.api.reviews import NewReviewShape, OwnReviewShape
from shop.reviews import operations, queries
from shop.reviews.forms import ReviewForm
from shop.reviews.models import Review


class MyReviewShape(OwnReviewShape):
    id = serializers.IntegerField()
    product_id = serializers.IntegerField(source="book_id")
    title = serializers.CharField(source="book.title")
    decided_at = serializers.DateTimeField(allow_null=True)


class MyReviews(Door):
    @extend_schema(operation_id="reviews_mine", parameters=paging.PARAMETERS, responses=paging.page_of(MyReviewShape))
    def get(self, request):
        """Those that one has written, the newest first, each with its state; why, if it is not shown."""
        return paging.answer_page(request, queries.own_reviews(request.user), MyReviewShape)


class MyReview(Door):
    writes = Writes.IN_ONE

    @extend_schema(operation_id="reviews_mine_read", responses=MyReviewShape)
    def get(self, request, review_id: int):
        """Read a review of your own, in whatever state."""
        return Response(MyReviewShape(_own(request, review_id)).data)

    @extend_schema(operation_id="reviews_mine_change", request=NewReviewShape, responses=MyReviewShape)
    def put(self, request, review_id: int):
        """Write it anew. It waits to be read again before it is shown; the same words again change nothing."""
        written, wish = _own(request, review_id), shapes.read(NewReviewShape, request)
        said = valid(ReviewForm(wish)).cleaned_data
        try:
            operations.write(request.user, written.book, **said, now=timezone.now())
        except operations.ReviewRefused as refusal:
            raise refused(refusal) from None
        return Response(MyReviewShape(_own(request, review_id)).data)

    @extend_schema(operation_id="reviews_mine_remove", responses={204: None})
    def delete(self, request, review_id: int):
        """Delete a review of your own."""
        operations.delete(_own(request, review_id))
        return Response(status=204)


def _own(request, review_id: int) -> Review:
    if found := queries.own_review(request.user, review_id):
        return found
    raise Http404
