"""How the doors are described: OpenAPI 3.1, written from the doors themselves."""

import re
from importlib import import_module

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import get_doc
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from store.accounts.roles import API, Door

PROBLEM = "application/problem+json"
SENTENCE = re.compile(r"(.+?[.?!])(?:\s+(.*))?", re.DOTALL)
# What stands above answers.
ETAG = OpenApiParameter(
    "ETag",
    str,
    OpenApiParameter.HEADER,
    required=True,
    response=[200, 201, 304],
    description="Its version: what a later If-Match or If-None-Match names.",
)
REPLAYED = OpenApiParameter(
    "Idempotency-Replayed",
    str,
    OpenApiParameter.HEADER,
    enum=["true"],
    response=[200],
    description="It had been done already, by an earlier request.",
)


class ErrorShape(serializers.Serializer):
    field = serializers.CharField()
    message = serializers.CharField()


class ShortShape(serializers.Serializer):
    line = serializers.IntegerField()
    book = serializers.IntegerField()
    quantity = serializers.IntegerField()
    free = serializers.IntegerField()


class ProblemShape(serializers.Serializer):
    type = serializers.CharField(help_text="/problems/… : readers decide by it.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="A sentence that says what to do.")
    errors = ErrorShape(many=True, required=False)
    short = ShortShape(many=True, required=False, help_text="out-of-stock: of what there are too few copies.")
    order = serializers.UUIDField(required=False, help_text="The order that it is about.")


class Described(AutoSchema):
    """Every door may also answer a problem. What is said of it is said of its method."""

    def get_tags(self) -> list[str]:
        return [self.path.strip("/").split("/")[1]]

    def get_summary(self) -> str:
        return " ".join(self._said[0].split()).removesuffix(".")

    def get_description(self) -> str:
        door = _door(type(self.view))
        scope, staff = door.scopes.get(self.method), self._staff
        who = [f"Services with `{scope}`"] * bool(scope) + [f"staff with `{staff}`"] * bool(staff)
        return " ".join([self._said[1] or "", f"For: {', and '.join(who)}."]).strip()

    def get_auth(self) -> list[dict]:
        """A session opens what staff may read, and nothing else."""
        return [one for one in super().get_auth() if self._staff or "cookieAuth" not in one]

    @property
    def _staff(self) -> str:
        return _door(type(self.view)).staff if self.method == "GET" else ""

    @property
    def _said(self) -> tuple[str, str | None]:
        """Of the method: the first sentence, and all that follows it."""
        return SENTENCE.fullmatch(get_doc(getattr(self.view, self.method.lower()))).groups()

    def _get_response_bodies(self, *args, **options):
        self.resolve_serializer(ProblemShape, "response")  # what with_problems() names
        return super()._get_response_bodies(*args, **options)


def _door(view: type) -> Door:
    """What the table of roles says of it."""
    names = {route.callback.cls: route.name for route in import_module("store.api.urls").urlpatterns}
    return API[f"api:{names[view]}"]


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "store.api.authentication.ServiceTokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema) -> dict:
        return {"type": "http", "scheme": "bearer"}


def number(name: str, *, least: int, most: int, usual: int, words: str) -> OpenApiParameter:
    """For the description: what `paging.number_from` reads."""
    kind = {"type": "integer", "minimum": least, "maximum": most, "default": usual}
    return OpenApiParameter(name, kind, description=words)


def after(words: str) -> OpenApiParameter:
    return OpenApiParameter("after", OpenApiTypes.STR, description=words)


def with_examples(result: dict, **options) -> dict:
    """This function will let every body and answer of the description show what it looks like."""
    from store.api import examples  # it asks the doors for their words, and doors name this module

    def show(media: dict, answered: str) -> None:
        name = media["schema"].get("$ref", "").rpartition("/")[2]
        if name in examples.BY_SHAPE:
            media["examples"] = {answered: {"value": examples.BY_SHAPE[name]}}

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
    from store.api import refusals  # as above

    told: dict[str, dict] = {}
    for path, verbs in result["paths"].items():
        for door in verbs.values():
            for status, names in refusals.by_status(path, door).items():
                answer = "Or".join(names)
                told[answer] = _refusal({name: refusals.PROBLEMS[name] for name in names})
                told[answer] |= refusals.headers_of(status, names)
                door["responses"][status] = {"$ref": f"#/components/responses/{answer}"}
            door["responses"] = dict(sorted(door["responses"].items()))
    result["components"]["examples"] = {name: {"value": body} for name, body in refusals.PROBLEMS.items()}
    result["components"]["responses"] = dict(sorted(told.items()))
    return result


def _refusal(problems: dict[str, dict]) -> dict:
    titles = dict.fromkeys(problem["title"].removesuffix(".") for problem in problems.values())
    examples = {name: {"$ref": f"#/components/examples/{name}"} for name in problems}
    media = {"schema": {"$ref": "#/components/schemas/ProblemShape"}, "examples": examples}
    return {"description": "; ".join(titles) + ".", "content": {PROBLEM: media}}
