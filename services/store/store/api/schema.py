"""How the doors are described: OpenAPI 3.1, written from the doors themselves."""

from importlib import import_module

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from store.accounts.roles import API, Door

PROBLEM = "application/problem+json"


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
    """Every door may also answer a problem."""

    def get_tags(self) -> list[str]:
        return [self.path.strip("/").split("/")[1]]

    def get_description(self) -> str:
        door = _door(type(self.view))
        scope, staff = door.scopes.get(self.method), door.staff if self.method == "GET" else ""
        who = [f"Services with `{scope}`"] * bool(scope) + [f"staff with `{staff}`"] * bool(staff)
        return " ".join([super().get_description() or "", f"For: {', and '.join(who)}."]).strip()

    def _get_response_bodies(self, *args, **options):
        bodies = super()._get_response_bodies(*args, **options)
        problem = OpenApiResponse(ProblemShape, description="A problem, in words.")
        bodies["default"] = self._get_response_for_code(problem, "default", media_types=[PROBLEM])
        return bodies


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
    """This function will let every body, answer and error of the description show what it looks like."""
    from store.api import examples, problem_examples  # they ask the doors for their words, and doors name this module

    def show(media: dict, answered: str) -> None:
        name = media["schema"].get("$ref", "").rpartition("/")[2]
        if name in examples.BY_SHAPE:
            media["examples"] = {answered: {"value": examples.BY_SHAPE[name]}}

    for path, verbs in result["paths"].items():
        for door in verbs.values():
            for media in door.get("requestBody", {}).get("content", {}).values():
                show(media, "Body")
            for answer in door["responses"].values():
                for kind, media in answer.get("content", {}).items():
                    if kind != PROBLEM:
                        show(media, "Answer")
                        continue
                    named = problem_examples.problems_of(path, door)
                    media["examples"] = {name: {"$ref": f"#/components/examples/{name}"} for name in named}
    result["components"]["examples"] = {name: {"value": body} for name, body in problem_examples.PROBLEMS.items()}
    return result
