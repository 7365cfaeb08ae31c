"""The door to the store's part of an order's story."""

from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from store.api.permissions import ScopeOrStaff
from store.api.problems import Problem
from store.api.shapes import StoryShape
from store.story.table import TOLD, Audience, told_to
from store.story.telling import story_of

AUDIENCE = OpenApiParameter(
    "audience", str, enum=list(Audience), description="For whose eyes it is; the shopper's, if nothing is said."
)


class OrderStory(APIView):
    permission_classes = [ScopeOrStaff]

    @extend_schema(operation_id="orders_story", parameters=[AUDIENCE], responses=StoryShape)
    def get(self, request, number: UUID):
        """Read what happened to the service's own order here, as much as the audience may hear. Nothing, if it never came."""
        asked = request.query_params.get("audience", Audience.SHOPPER)
        if asked not in list(Audience):
            raise Problem(400, "bad-parameter", "A parameter is wrong", f"`audience` is one of {', '.join(Audience)}.")
        entries = [each for each in story_of(number, client=request.auth.name) if each.kind != TOLD]
        told = [entry.as_json() for entry in told_to(Audience(asked), entries)]
        return Response({"order": str(number), "audience": asked, "entries": told})
