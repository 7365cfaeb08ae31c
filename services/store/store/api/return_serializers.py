"""What a return that the shop asks for must look like."""

import hashlib
import json
from datetime import UTC
from typing import Any
from uuid import UUID

from rest_framework import serializers

from store.api.serializers import LARGEST_LINE_NUMBER, MOST_LINES, numbered_once
from store.orders.models import LARGEST_QUANTITY
from store.returns.accepting import NewReturn, Wanted
from store.returns.models import Why

MOST_WORDS = 2_000


class ReturnLineSerializer(serializers.Serializer):
    line = serializers.IntegerField(min_value=1, max_value=LARGEST_LINE_NUMBER)
    quantity = serializers.IntegerField(min_value=1, max_value=LARGEST_QUANTITY)


class ReturnSerializer(serializers.Serializer):
    order = serializers.UUIDField()
    why = serializers.ChoiceField([choice for choice in Why.choices if choice[0] != Why.UNASKED])
    words = serializers.CharField(max_length=MOST_WORDS, allow_blank=True, default="")
    asked_at = serializers.DateTimeField(default_timezone=UTC)
    lines = ReturnLineSerializer(many=True, allow_empty=False, max_length=MOST_LINES)

    def validate_lines(self, lines: list[dict]) -> list[dict]:
        return numbered_once(lines)

    def new_return(self, number: UUID) -> NewReturn:
        """The valid return under this number."""
        told: dict[str, Any] = self.validated_data
        lines = sorted(Wanted(**line) for line in told["lines"])
        meaning = [str(told["order"]), told["why"], told["words"], told["asked_at"].astimezone(UTC).isoformat(), lines]
        return NewReturn(
            number=number,
            fingerprint=hashlib.sha256(json.dumps(meaning).encode()).hexdigest(),
            order=told["order"],
            why=told["why"],
            words=told["words"],
            asked_at=told["asked_at"],
            lines=lines,
        )
