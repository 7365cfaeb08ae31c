"""Doors to what books are filed under: the tree of categories, and lists of authors, publishers and series."""

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.permissions import SAFE_METHODS, AllowAny
from rest_framework.response import Response

from shop.api import paging
from shop.api.door import Door
from shop.api.fresh import kept_while_fresh
from shop.catalogue import queries
from shop.catalogue.headings import Named
from shop.catalogue.models import Heading


class HeadingShape(serializers.Serializer):
    slug = serializers.CharField(help_text="What ?author=, ?category= … of the products take.")
    name = serializers.CharField(source="label")
    books = serializers.IntegerField(help_text="On sale.")


class CategoryShape(HeadingShape):
    children = serializers.SerializerMethodField()

    @extend_schema_field({"type": "array", "items": {"$ref": "#/components/schemas/CategoryShape"}})
    def get_children(self, named: Named) -> list[dict]:
        below = self.context["below"].get(named.slug, [])
        return CategoryShape(below, many=True, context=self.context).data


class Categories(Door):
    permission_classes = [AllowAny]
    free_of_scope = SAFE_METHODS
    kept = "no-cache"

    @extend_schema(operation_id="categories_list", responses=CategoryShape(many=True))
    @kept_while_fresh
    def get(self, request):
        """Read the whole tree of categories, from its roots."""
        below: dict[str, list[Named]] = {}
        for named in queries.categories():
            below.setdefault(named.parent, []).append(named)
        return Response(CategoryShape(below.get("", []), many=True, context={"below": below}).data)


class Headings(Door):
    permission_classes = [AllowAny]
    free_of_scope = SAFE_METHODS
    kept = "no-cache"
    kind = ""

    @extend_schema(parameters=paging.PARAMETERS, responses=paging.page_of(HeadingShape))
    @kept_while_fresh
    def get(self, request):
        found = Heading.objects.filter(kind=self.kind, books__gt=0).order_by("-books", "pk")
        return paging.answer_page(request, found, HeadingShape)


class Authors(Headings):
    """List the authors of books on sale, those with most books first."""

    kind = "author"


class Publishers(Headings):
    """List the publishers of books on sale, those with most books first."""

    kind = "publisher"


class Series(Headings):
    """List the series of books on sale, those with most books first."""

    kind = "series"
