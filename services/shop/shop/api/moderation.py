"""Doors by which staff read reviews and decide on them, as in the admin: what was written anew meanwhile is not decided."""

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from shop.api import paging, shapes
from shop.api.accounts import valid
from shop.api.conditions import changed
from shop.api.door import Door
from shop.api.permissions import ForStaff
from shop.api.problems import missing
from shop.reviews import moderating, queries
from shop.reviews.forms import Reason
from shop.reviews.models import Review
from shop.reviews.states import State
from shop.staff import history

LOOK, DECIDE = "reviews.view_review", "reviews.change_review"
DECISIONS = [(state.value, state.label) for state in (State.APPROVED, State.REFUSED)]
STATE = OpenApiParameter("state", str, enum=State.values, description="Usually waiting.")


class QueuedReviewShape(serializers.Serializer):
    id = serializers.IntegerField()
    version = serializers.IntegerField(help_text="What a decision names, so that nothing is decided unread.")
    product_id = serializers.IntegerField(source="book_id")
    title = serializers.CharField(source="book.title")
    rating = serializers.IntegerField()
    text = serializers.CharField()
    signature = serializers.CharField()
    state = serializers.ChoiceField(State.choices)
    reason = serializers.CharField()
    written_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)


class DecisionShape(shapes.Strict):
    state = serializers.ChoiceField(DECISIONS)
    version = serializers.IntegerField(min_value=0, max_value=2**31 - 1, help_text="Of the review that was read.")
    reason = serializers.CharField(
        max_length=500, allow_blank=True, default="", help_text="For refusing: the reviewer reads it."
    )


class ReviewQueue(Door):
    permission_classes = [ForStaff]
    rights = {"GET": (LOOK,)}

    @extend_schema(
        operation_id="reviews_queue",
        parameters=[STATE, *paging.PARAMETERS],
        responses=paging.page_of(QueuedReviewShape),
    )
    def get(self, request):
        """For staff: list reviews that wait to be read, the oldest first."""
        state = request.query_params.get("state", State.WAITING.value)
        if state not in State.values:
            raise missing(("state", f"Choose one of {', '.join(State.values)}."))
        return paging.answer_page(request, queries.in_state(State(state)), QueuedReviewShape)


class OneReview(Door):
    permission_classes = [ForStaff]
    rights = {"GET": (LOOK,), "PUT": (DECIDE,)}

    @extend_schema(operation_id="reviews_read", responses=QueuedReviewShape)
    def get(self, request, review_id: int):
        """For staff: read a review, whether it is shown or not."""
        return Response(QueuedReviewShape(_review(review_id)).data)

    @extend_schema(
        operation_id="reviews_decide",
        request=DecisionShape,
        responses=QueuedReviewShape,
    )
    def put(self, request, review_id: int):
        """For staff: show a review, or refuse it with a reason. 412: its writer has changed it since you read it."""
        wish, review = shapes.read(DecisionShape, request), _review(review_id)
        state, reason = State(wish["state"]), ""
        if state == State.REFUSED:
            reason = valid(Reason({"reason": wish["reason"]})).cleaned_data["reason"]
        seen = {review.pk: wish["version"]}
        came = moderating.decide(seen, state, reason=reason, by=request.user, now=timezone.now())
        if came.changed and (review := _review(review_id)).state != state:
            raise changed()
        if came.done:
            history.note(review, f"{state.label}. {reason}".strip(), by=request.user)
        return Response(QueuedReviewShape(_review(review_id)).data)


def _review(review_id: int) -> Review:
    if found := queries.any_review(review_id):
        return found
    raise Http404
