"""The description of all doors, for programs and, as a page to try them on, for people. Nothing of it leaves the site."""

from functools import cache

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.permissions import SAFE_METHODS, AllowAny
from rest_framework.response import Response

from shop.api.door import Door
from shop.api.renderers import FastJSON
from shop.live import description as live


@cache
def description() -> dict:
    """OpenAPI 3.1. It follows from the code alone, so each process writes it once."""
    return SchemaGenerator().get_schema(public=True)


class Schema(Door):
    schema = None
    permission_classes = [AllowAny]
    free_of_scope = SAFE_METHODS
    always_open = True

    def get(self, request):
        return Response(description(), headers={"Cache-Control": "public, max-age=300"})


class LiveSchema(Door):
    """The websockets, as AsyncAPI describes them."""

    schema = None
    permission_classes = [AllowAny]
    free_of_scope = SAFE_METHODS
    always_open = True

    def get(self, request):
        return Response(live.description(), headers={"Cache-Control": "public, max-age=300"})


class Docs(SpectacularSwaggerSplitView):
    schema = None
    url_name = "api:schema"
    authentication_classes = []  # the page is the same for everybody

    def get(self, request, *args, **options):
        answer = super().get(request, *args, **options)
        del answer.headers["Cross-Origin-Opener-Policy"]  # the site's own, which is stricter
        answer.data["schema_url"] = self._get_schema_url(request)  # also on the page, for who has no JavaScript
        return answer

    def finalize_response(self, request, response, *args, **options):
        answer = super().finalize_response(request, response, *args, **options)
        if getattr(answer, "exception", False):
            answer.accepted_renderer = FastJSON()  # a problem is no page
        return answer
