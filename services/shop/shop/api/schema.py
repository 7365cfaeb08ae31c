"""How the doors are described: OpenAPI 3.1, written from the doors themselves."""

from django.contrib.auth.models import AnonymousUser
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from shop.api import conditions, repeating
from shop.api.door import Writes
from shop.api.problems import MEDIA_TYPE
from shop.api.shapes import Strict

REPEAT = repeating.described(
    "Chosen by you for each request: the same one again within 24 hours is done once and answered the same."
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match", str, OpenApiParameter.HEADER, description="The ETag you have: 304 if it is still so."
)
IF_MATCH = OpenApiParameter(
    conditions.HEADER, str, OpenApiParameter.HEADER, description="The ETag you have seen: 412 if it is no longer so."
)


class ErrorShape(serializers.Serializer):
    field = serializers.CharField()
    message = serializers.CharField()


class ShortShape(serializers.Serializer):
    product_id = serializers.IntegerField()
    quantity = serializers.IntegerField()
    available = serializers.IntegerField()


class ProblemShape(serializers.Serializer):
    """It may tell more; what programs need not know."""

    type = serializers.CharField(help_text="/problems/… : programs decide by it.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="A sentence that says what to do.")
    errors = ErrorShape(many=True, required=False)
    short = ShortShape(many=True, required=False, help_text="out-of-stock: of what there are too few copies.")
    product_id = serializers.IntegerField(required=False, help_text="unknown-product, retired: which one.")
    total = serializers.DecimalField(
        max_digits=12, decimal_places=2, required=False, help_text="price-changed: what it would cost now."
    )
    order = serializers.UUIDField(required=False, help_text="The order that it is about.")
    needed = serializers.CharField(required=False, help_text="out-of-scope: what the token would have to be for.")


class Described(AutoSchema):
    """Every door knows ETags, may be asked again, and may also answer a problem."""

    def get_override_parameters(self) -> list[OpenApiParameter]:
        if self.method == "POST":
            return [] if self.view.writes == Writes.OWN_WAY else [REPEAT]
        return [IF_NONE_MATCH if self.method == "GET" else IF_MATCH]

    def get_tags(self) -> list[str]:
        return [self.path.strip("/").split("/")[0 if self.path.startswith("/auth/") else 1]]

    def get_operation_id(self) -> str:
        """For doors that do not name their own."""
        return f"{self.get_tags()[0]}_list"

    def _map_basic_serializer(self, serializer, direction) -> dict:
        shape = super()._map_basic_serializer(serializer, direction)
        if hasattr(serializer, "seen_by"):  # some fields are for some eyes only
            always = serializer.seen_by(AnonymousUser(), serializer.fields)
            shape["required"] = [name for name in shape["required"] if name in always]
        return shape | {"additionalProperties": False} if isinstance(serializer, Strict) else shape

    def _get_response_bodies(self, *args, **options):
        bodies = super()._get_response_bodies(*args, **options)
        if self.method == "GET":
            bodies["304"] = {"description": "Still as your ETag says."}
        problem = OpenApiResponse(ProblemShape, description="A problem, in words.")
        bodies["default"] = self._get_response_for_code(problem, "default", media_types=[MEDIA_TYPE])
        return bodies


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "shop.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema) -> dict:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


def with_examples(result: dict, **options) -> dict:
    """This function will let every body, answer and error of the description show what it looks like."""
    from shop.api import examples, problem_examples  # they ask the doors for their words, and doors name this module

    def show(media: dict, answered: str) -> None:
        shape = media["schema"]
        of_many = shape.get("type") == "array"
        name = (shape["items"] if of_many else shape).get("$ref", "").rpartition("/")[2]
        if name in examples.BY_SHAPE and not {"example", "examples"} & set(media):
            value = examples.BY_SHAPE[name]
            media["examples"] = {answered: {"value": [value] if of_many else value}}

    for path, verbs in result["paths"].items():
        for verb, door in verbs.items():
            for media in door.get("requestBody", {}).get("content", {}).values():
                show(media, "Body")
            for answer in door["responses"].values():
                for kind, media in answer.get("content", {}).items():
                    if kind != MEDIA_TYPE:
                        show(media, "Answer")
                        continue
                    named = problem_examples.problems_of(path, verb, door)
                    media["examples"] = {name: {"$ref": f"#/components/examples/{name}"} for name in named}
    result["components"]["examples"] = {name: {"value": body} for name, body in problem_examples.PROBLEMS.items()}
    return result
