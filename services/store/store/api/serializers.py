"""What a pushed order must look like."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from rest_framework import serializers

from store.api.countries import COUNTRIES
from store.orders.models import LARGEST_QUANTITY
from store.orders.operations import Line

MOST_LINES = 100
LARGEST_ID = 2**63 - 1
LARGEST_LINE_NUMBER = 2**15 - 1


class AddressSerializer(serializers.Serializer):
    name = serializers.CharField(max_length=150)
    line1 = serializers.CharField(max_length=200)
    line2 = serializers.CharField(max_length=200, allow_blank=True, default="")
    postcode = serializers.CharField(max_length=20, allow_blank=True)  # some countries have none
    city = serializers.CharField(max_length=100)
    country = serializers.CharField()
    phone = serializers.CharField(max_length=40, allow_blank=True, default="")

    def validate_country(self, value: str) -> str:
        if value not in COUNTRIES:
            raise serializers.ValidationError("Write the country as its two capitals of ISO 3166, such as DE.")
        return value


class LineSerializer(serializers.Serializer):
    line = serializers.IntegerField(min_value=1, max_value=LARGEST_LINE_NUMBER)
    book = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
    isbn13 = serializers.RegexField(r"\A\d{13}\Z")
    title = serializers.CharField(max_length=300)
    quantity = serializers.IntegerField(min_value=1, max_value=LARGEST_QUANTITY)
    unit_price = serializers.DecimalField(max_digits=9, decimal_places=2, min_value=0)


class OrderSerializer(serializers.Serializer):
    placed_at = serializers.DateTimeField(default_timezone=UTC)
    payment = serializers.RegexField(r"\A[a-z_]{1,30}\Z")
    total = serializers.DecimalField(max_digits=10, decimal_places=2, min_value=0)
    currency = serializers.RegexField(r"\A[A-Z]{3}\Z")
    ship_to = AddressSerializer()
    note = serializers.CharField(max_length=2_000, allow_blank=True, default="")
    lines = LineSerializer(many=True, allow_empty=False, max_length=MOST_LINES)

    def validate_lines(self, lines: list[dict]) -> list[dict]:
        numbers = [line["line"] for line in lines]
        if len(set(numbers)) < len(numbers):
            raise serializers.ValidationError("Give each line a number of its own.")
        return lines

    @property
    def domain_lines(self) -> list[Line]:
        return [Line(**line) for line in self.validated_data["lines"]]

    @property
    def facts(self) -> dict[str, Any]:
        return {name: value for name, value in self.validated_data.items() if name != "lines"}

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the meaning, not of the bytes: the same order written otherwise is the same order."""
        canonical = json.dumps(self.validated_data, sort_keys=True, separators=(",", ":"), default=_canonical)
        return hashlib.sha256(canonical.encode()).hexdigest()


class CancelSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=2_000, allow_blank=True, default="")


def _canonical(value: Any) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)
