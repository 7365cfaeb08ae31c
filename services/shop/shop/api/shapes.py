"""What bodies have in common."""

from rest_framework import serializers

LARGEST_ID = 2**63 - 1


class Strict(serializers.Serializer):
    """Fields that nobody asked for are named and refused: a misspelt wish is not dropped, a price is not taken from outside."""

    def to_internal_value(self, data):
        if isinstance(data, dict) and (unknown := sorted(set(data) - set(self.fields), key=str)):
            raise serializers.ValidationError({str(name)[:100]: ["There is no such field here."] for name in unknown})
        return super().to_internal_value(data)


def read(shape: type[serializers.Serializer], request, **options) -> dict:
    """:raises serializers.ValidationError:"""
    form = shape(data=request.data, **options)
    form.is_valid(raise_exception=True)
    return form.validated_data
