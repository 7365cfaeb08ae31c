"""Doors to one's log-ins of programs: which there are, and ending them. A log-in that ends takes its tokens with it, at once."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from shop.api.accounts import AccountDoor
from shop.api.door import Writes
from shop.api.models import LogIn


class LogInShownShape(serializers.Serializer):
    id = serializers.UUIDField(source="key")
    client = serializers.CharField(help_text="What the program calls itself.")
    began_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(source="rotated_at", help_text="When it last came for new tokens.")
    ends_at = serializers.DateTimeField(help_text="Unless it comes for new tokens before.")
    scope = serializers.CharField(help_text="What it is for; empty: all that the account may.")
    is_this_one = serializers.BooleanField()


class LogIns(AccountDoor):
    writes = Writes.IN_ONE

    @extend_schema(operation_id="log_ins", responses=LogInShownShape(many=True))
    def get(self, request):
        """Those that are good, the one used last first; there are at most 20."""
        return Response(LogInShownShape(_shown(request, _good(request)), many=True).data)

    @extend_schema(operation_id="log_ins_end_others", responses={204: None})
    def delete(self, request):
        """End all but the one that asks."""
        request.user.api_log_ins.exclude(pk=request.auth.pk).delete()
        return Response(status=204)


class OneLogIn(AccountDoor):
    writes = Writes.IN_ONE

    @extend_schema(operation_id="log_ins_read", responses=LogInShownShape)
    def get(self, request, log_in: UUID):
        """Read a log-in."""
        for found in _shown(request, _good(request).filter(pk=log_in)):
            return Response(LogInShownShape(found).data)
        raise Http404

    @extend_schema(operation_id="log_ins_end", responses={204: None})
    def delete(self, request, log_in: UUID):
        """End one of them, also the one that asks."""
        number, _ = request.user.api_log_ins.filter(pk=log_in).delete()
        if not number:
            raise Http404
        return Response(status=204)


def _good(request) -> QuerySet[LogIn]:
    """Those that began with another password are over, though their rows may still be there."""
    mark, now = request.user.get_session_auth_hash(), timezone.now()
    return request.user.api_log_ins.filter(ends_at__gt=now, password_mark=mark).order_by("-rotated_at", "key")


def _shown(request, log_ins: QuerySet[LogIn]) -> list[LogIn]:
    found = list(log_ins)
    for log_in in found:
        log_in.is_this_one = log_in.pk == request.auth.pk
    return found
