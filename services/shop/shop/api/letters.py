"""Doors to what one wants to hear of. What an order, its money or its safety needs is told in any case."""

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from shop.api import shapes
from shop.api.accounts import AccountDoor
from shop.api.door import Writes
from shop.notifications import choices
from shop.staff.hearing import topics_for


class TopicShape(serializers.Serializer):
    topic = serializers.CharField(source="slug")
    label = serializers.CharField()
    words = serializers.CharField(help_text="What it is.")
    wanted = serializers.BooleanField()


class WantedShape(shapes.Strict):
    wanted = serializers.BooleanField()


class Letters(AccountDoor):
    @extend_schema(operation_id="letters_list", responses=TopicShape(many=True))
    def get(self, request):
        """What the account may choose of, and what it has chosen; staff have topics of their own besides."""
        return Response(TopicShape(_topics(request), many=True).data)


class OneTopic(AccountDoor):
    writes = Writes.IN_ONE

    @extend_schema(operation_id="letters_read", responses=TopicShape)
    def get(self, request, topic: str):
        """Read whether letters on a topic come."""
        return Response(TopicShape(_topic(request, topic)).data)

    @extend_schema(operation_id="letters_choose", request=WantedShape, responses=TopicShape)
    def put(self, request, topic: str):
        """Choose whether it comes. It counts for letters that are written from now on."""
        wanted, slug = shapes.read(WantedShape, request)["wanted"], _topic(request, topic)["slug"]
        choices.choose(choices.Reader(request.user.pk), {slug: wanted}, now=timezone.now())
        return Response(TopicShape(_topic(request, topic)).data)


def _topics(request) -> list[dict]:
    wanted = choices.wanted_by(request.user)
    return [
        {"slug": one.slug, "label": one.label, "words": one.words, "wanted": one.slug in wanted}
        for one in topics_for(request.user)
    ]


def _topic(request, slug: str) -> dict:
    """:raises Http404: also for a topic that is open to others alone."""
    for topic in _topics(request):
        if topic["slug"] == slug:
            return topic
    raise Http404
