"""What a book that another service writes must look like. The rules are the model's."""

import hashlib
import json
from decimal import Decimal
from typing import Any

from rest_framework import serializers

from store.catalogue.isbn import to_isbn13
from store.catalogue.models import FOR_NOTHING, Book, Category
from store.catalogue.queries import category_places

MOST_AUTHORS, MOST_CATEGORIES, DEEPEST_CATEGORY = 50, 50, 10
LONGEST_ISBN = 20  # with hyphens


class BookSerializer(serializers.ModelSerializer):
    """The shape of the feed, but for what the store alone knows: number, version, picture and free copies."""

    isbn13 = serializers.CharField(max_length=LONGEST_ISBN)
    authors = serializers.ListField(
        child=serializers.CharField(max_length=200), max_length=MOST_AUTHORS, required=False
    )
    categories = serializers.ListField(
        child=serializers.ListField(
            child=serializers.CharField(max_length=Category._meta.get_field("name").max_length),
            allow_empty=False,
            max_length=DEEPEST_CATEGORY,
        ),
        max_length=MOST_CATEGORIES,
        required=False,
    )

    class Meta:
        model = Book
        fields = [
            "isbn13", "title", "subtitle", "authors", "publisher", "series", "series_number", "language", "format",
            "first_published", "description", "price", "currency", "categories", "retired",
        ]  # fmt: skip

    def to_internal_value(self, data):
        if isinstance(data, dict) and (unknown := sorted(set(data) - set(self.fields))):
            raise serializers.ValidationError({name[:100]: ["There is no such field of a book."] for name in unknown})
        return super().to_internal_value(data)

    def validate_isbn13(self, text: str) -> str:
        try:
            return to_isbn13(text)
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from None

    def validate_price(self, price: Decimal) -> Decimal:
        if price == 0:
            raise serializers.ValidationError(FOR_NOTHING)
        return price

    def validate_categories(self, paths: list[list[str]]) -> list[int]:
        """Their ids. A category is not made by writing its name: a slip of the pen would be one."""
        known = category_places() if paths else {}
        unknown = {
            place: [f"There is no category “{' > '.join(path)}”. Name one that is there, from its root."]
            for place, path in enumerate(paths)
            if tuple(path) not in known
        }
        if unknown:
            raise serializers.ValidationError(unknown)
        return [known[tuple(path)] for path in paths]


# What a whole book that says nothing of a field has there. Whether it is sold is not a part of what it is.
NOTHING_SAID = {
    "subtitle": "", "authors": [], "publisher": "", "series": "", "series_number": "", "language": "", "format": "",
    "first_published": None, "description": "", "currency": "EUR", "categories": [],
}  # fmt: skip


def facts_of(data: Any, *, whole: bool) -> dict[str, Any]:
    """The valid facts of a body, by field.

    :param whole: what is not said is empty; else it stays as it is.
    :raises serializers.ValidationError:
    """
    form = BookSerializer(data=data, partial=not whole)
    form.is_valid(raise_exception=True)
    return (NOTHING_SAID if whole else {}) | form.validated_data


def fingerprint_of(*said: Any) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
