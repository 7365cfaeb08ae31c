"""The description of the doors, for whoever may open any of them."""

from functools import cache

from drf_spectacular.generators import SchemaGenerator
from rest_framework.permissions import BasePermission
from rest_framework.response import Response
from rest_framework.views import APIView

from store.api.models import ServiceCredential


class ServiceOrStaff(BasePermission):
    def has_permission(self, request, view) -> bool:
        is_staff = getattr(request.user, "is_staff", False)
        return isinstance(request.auth, ServiceCredential) or (request.user.is_authenticated and is_staff)


@cache
def description() -> dict:
    """OpenAPI 3.1. It follows from the code alone, so each process writes it once."""
    return SchemaGenerator().get_schema(public=True)


class Schema(APIView):
    schema = None
    permission_classes = [ServiceOrStaff]

    def get(self, request):
        return Response(description())
