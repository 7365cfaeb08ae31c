"""How the doors are described: OpenAPI 3.1, written from the doors themselves."""

import re

from django.contrib.auth.models import AnonymousUser
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import get_doc
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from shop.api import conditions, repeating, scopes
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


ETAG = OpenApiParameter(
    "ETag",
    str,
    OpenApiParameter.HEADER,
    required=True,
    response=[200, 304],
    description="What If-None-Match and If-Match name.",
)
REPLAYED = OpenApiParameter(
    repeating.REPLAYED,
    str,
    OpenApiParameter.HEADER,
    enum=["true"],
    response=[200, 201, 202, 204],
    description="The key came before: this is what was answered then.",
)
SENTENCE = re.compile(r"(.+?[.?!])(?:\s+(.*))?", re.DOTALL)


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
    """Every door knows ETags, may be asked again, and may also answer a problem.

    What is said of it is said of its method, or by the class itself where the method is of a base class.
    """

    def get_override_parameters(self) -> list[OpenApiParameter]:
        if self.method == "POST":
            return [] if self.view.writes == Writes.OWN_WAY else [REPEAT, REPLAYED]
        return [IF_NONE_MATCH, ETAG] if self.method == "GET" else [IF_MATCH]

    def get_extensions(self) -> dict:
        """What a token with a scope needs here."""
        needed = scopes.needed_by(self.view, self.path, self.method)
        return super().get_extensions() | ({"x-scope": needed} if needed else {})

    def get_summary(self) -> str:
        return self._said[0]

    def get_description(self) -> str:
        return self._said[1]

    @property
    def _said(self) -> tuple[str, str]:
        """The first sentence, and all that follows it."""
        view = type(self.view)
        said = get_doc(getattr(view, self.method.lower())) or (vars(view).get("__doc__") or "").strip()
        first, rest = SENTENCE.fullmatch(said).groups()
        return " ".join(first.split()).removesuffix("."), rest or ""

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
            bodies["304"] = self._get_response_for_code(OpenApiResponse(description="Still as your ETag says."), "304")
        self.resolve_serializer(ProblemShape, "response")  # what with_problems() names
        return bodies


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "shop.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema) -> dict:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


def with_examples(result: dict, **options) -> dict:
    """This function will let every body and answer of the description show what it looks like."""
    from shop.api import examples  # it asks the doors for their words, and doors name this module

    def show(media: dict, answered: str) -> None:
        shape = media["schema"]
        of_many = shape.get("type") == "array"
        name = (shape["items"] if of_many else shape).get("$ref", "").rpartition("/")[2]
        if name in examples.BY_SHAPE and not {"example", "examples"} & set(media):
            value = examples.BY_SHAPE[name]
            media["examples"] = {answered: {"value": [value] if of_many else value}}

    for verbs in result["paths"].values():
        for door in verbs.values():
            for media in door.get("requestBody", {}).get("content", {}).values():
                show(media, "Body")
            for answer in door["responses"].values():
                for media in answer.get("content", {}).values():
                    show(media, "Answer")
    return result


def with_problems(result: dict, **options) -> dict:
    """This function will let every door of the description tell by status what it may refuse, with examples."""
    from shop.api import refusals  # as above

    told: dict[str, dict] = {}
    for path, verbs in result["paths"].items():
        for verb, door in verbs.items():
            for status, names in refusals.by_status(path, verb, door).items():
                answer = "Or".join(names)
                told[answer] = _refusal({name: refusals.PROBLEMS[name] for name in names}) | refusals.headers_of(
                    status, names
                )
                door["responses"][status] = {"$ref": f"#/components/responses/{answer}"}
            door["responses"] = dict(sorted(door["responses"].items()))
    result["components"]["examples"] = {name: {"value": body} for name, body in refusals.PROBLEMS.items()}
    result["components"]["responses"] = dict(sorted(told.items()))
    return result


def _refusal(problems: dict[str, dict]) -> dict:
    titles = dict.fromkeys(problem["title"].removesuffix(".") for problem in problems.values())
    examples = {name: {"$ref": f"#/components/examples/{name}"} for name in problems}
    media = {"schema": {"$ref": "#/components/schemas/ProblemShape"}, "examples": examples}
    return {"description": "; ".join(titles) + ".", "content": {MEDIA_TYPE: media}}
