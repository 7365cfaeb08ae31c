"""What a pushed order must look like."""

import hashlib
import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from rest_framework import serializers

from store.api.countries import COUNTRIES
from store.holds.operations import Line as HeldLine
from store.orders.accepting import Line, NewOrder
from store.orders.models import LARGEST_QUANTITY, IfShort, Payment

MOST_LINES = 100
MOST_ORDERS = 50  # in one batch
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


class HeldLineSerializer(serializers.Serializer):
    line = serializers.IntegerField(min_value=1, max_value=LARGEST_LINE_NUMBER)
    book = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
    quantity = serializers.IntegerField(min_value=1, max_value=LARGEST_QUANTITY)


class LineSerializer(HeldLineSerializer):
    isbn13 = serializers.RegexField(r"\A\d{13}\Z")
    title = serializers.CharField(max_length=300)
    unit_price = serializers.DecimalField(max_digits=10, decimal_places=2, min_value=0)
    to_pay = serializers.DecimalField(
        max_digits=12, decimal_places=2, min_value=0, required=False, help_text="All its copies, less a coupon's share."
    )


def numbered_once(lines: list[dict]) -> list[dict]:
    numbers = [line["line"] for line in lines]
    if len(set(numbers)) < len(numbers):
        raise serializers.ValidationError("Give each line a number of its own.")
    return lines


class HoldSerializer(serializers.Serializer):
    lines = HeldLineSerializer(many=True, allow_empty=False, max_length=MOST_LINES)

    def validate_lines(self, lines: list[dict]) -> list[dict]:
        return numbered_once(lines)

    @property
    def domain_lines(self) -> list[HeldLine]:
        return [HeldLine(**line) for line in self.validated_data["lines"]]


class OrderSerializer(serializers.Serializer):
    placed_at = serializers.DateTimeField(default_timezone=UTC)
    payment = serializers.ChoiceField(Payment.choices)
    paid = serializers.DecimalField(max_digits=12, decimal_places=2, min_value=0, default=Decimal(0))
    total = serializers.DecimalField(max_digits=12, decimal_places=2, min_value=0)
    delivery = serializers.DecimalField(
        max_digits=12, decimal_places=2, min_value=0, required=False, help_text="What of the total is for sending it."
    )
    currency = serializers.RegexField(r"\A[A-Z]{3}\Z")
    ship_to = AddressSerializer()
    note = serializers.CharField(max_length=2_000, allow_blank=True, default="")
    if_short = serializers.ChoiceField(IfShort.choices, default=IfShort.SHIP)
    lines = LineSerializer(many=True, allow_empty=False, max_length=MOST_LINES)

    def validate_lines(self, lines: list[dict]) -> list[dict]:
        return numbered_once(lines)

    def new_order(self, number: UUID) -> NewOrder:
        """The valid order under this number."""
        return new_order(number, self.validated_data)


class BatchEntrySerializer(serializers.Serializer):
    number = serializers.UUIDField()
    order = serializers.DictField()  # looked at entry by entry: a wrong one keeps none of the others out


class BatchSerializer(serializers.Serializer):
    orders = BatchEntrySerializer(many=True, allow_empty=False, max_length=MOST_ORDERS)

    def validate_orders(self, entries: list[dict]) -> list[dict]:
        if len({entry["number"] for entry in entries}) < len(entries):
            raise serializers.ValidationError("Send each number once.")
        return entries


def new_order(number: UUID, told: dict[str, Any]) -> NewOrder:
    """:param told: what the OrderSerializer made of a body."""
    return NewOrder(
        number=number,
        fingerprint=_fingerprint(told),
        lines=[Line(**line) for line in told["lines"]],
        facts={name: value for name, value in told.items() if name != "lines"},
    )


def _fingerprint(told: dict[str, Any]) -> str:
    """SHA-256 of the meaning, not of the bytes: the same order written otherwise is the same order."""
    # How the total comes about says nothing new of the order, and earlier orders did not tell it.
    told = {name: value for name, value in told.items() if name != "delivery"}
    told["lines"] = [{name: value for name, value in line.items() if name != "to_pay"} for line in told["lines"]]
    if not told["paid"]:
        del told["paid"]  # orders that came before the shop said what was paid keep their fingerprint
    if told["if_short"] == IfShort.SHIP:
        del told["if_short"]  # and those that came before it said this
    canonical = json.dumps(told, sort_keys=True, separators=(",", ":"), default=_canonical)
    return hashlib.sha256(canonical.encode()).hexdigest()


class CancelSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=2_000, allow_blank=True, default="")


def _canonical(value: Any) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)
