"""Doors to what buyers say of a book. People read a review before it is shown."""

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import SAFE_METHODS, IsAuthenticatedOrReadOnly
from rest_framework.response import Response

from shop.api import paging, shapes
from shop.api.accounts import valid
from shop.api.door import Door, Writes
from shop.api.problems import Problem, refused
from shop.catalogue import queries as catalogue
from shop.catalogue.models import Book
from shop.reviews import operations, queries
from shop.reviews.forms import ReviewForm
from shop.reviews.models import LONGEST
from shop.reviews.states import State


class ReviewShape(serializers.Serializer):
    rating = serializers.IntegerField()
    text = serializers.CharField()
    signature = serializers.CharField()
    written_at = serializers.DateTimeField()


class OwnReviewShape(ReviewShape):
    state = serializers.ChoiceField(State.choices)
    reason = serializers.CharField(help_text="Why it is not shown.")


class NewReviewShape(shapes.Strict):
    rating = serializers.IntegerField(min_value=1, max_value=5)
    text = serializers.CharField(max_length=LONGEST)
    signature = serializers.CharField(max_length=60, allow_blank=True, default="")


class Reviews(Door):
    permission_classes = [IsAuthenticatedOrReadOnly]
    free_of_scope = SAFE_METHODS
    writes = Writes.IN_ONE

    @extend_schema(operation_id="reviews_list", parameters=paging.PARAMETERS, responses=paging.page_of(ReviewShape))
    def get(self, request, product_id: int):
        """List the reviews of a book that are shown, the newest first."""
        return paging.answer_page(request, queries.reviews_of(_book(product_id)), ReviewShape)

    @extend_schema(operation_id="reviews_write", request=NewReviewShape, responses={201: OwnReviewShape})
    def post(self, request, product_id: int):
        """Write your review of a book that you have bought, or change it."""
        wish, book = shapes.read(NewReviewShape, request), _book(product_id)
        said = valid(ReviewForm(wish)).cleaned_data
        try:
            written = operations.write(request.user, book, **said, now=timezone.now())
        except operations.NotBought as refusal:
            raise Problem(403, "not-bought", "Not allowed", str(refusal)) from None
        except operations.ReviewRefused as refusal:
            raise refused(refusal) from None
        return Response(OwnReviewShape(written).data, status=201)


def _book(product_id: int) -> Book:
    if book := catalogue.book(product_id):
        return book
    raise Http404
