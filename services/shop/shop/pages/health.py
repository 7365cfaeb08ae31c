"""Whether this process is alive, and whether it can serve shoppers. Only the database decides; the rest informs."""

import socket
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

TIMEOUT_S = 0.5
PORTS = {"amqp": 5672, "amqps": 5671, "redis": 6379, "rediss": 6379}


@require_safe
@never_cache
def live(request: HttpRequest) -> HttpResponse:
    return HttpResponse("alive\n", content_type="text/plain")


@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    deciding = {"database": _check(_database), "migrations": _check(_migrations)}
    informing = {"broker": _check(_reach, settings.BROKER_URL), "cache": _check(_reach, settings.REDIS_URL)}
    is_ready = all(answer == "ok" for answer in deciding.values())
    body = {"ready": is_ready, "decides": deciding, "informs": informing}
    return JsonResponse(body, status=200 if is_ready else 503)


def _check(check: Callable[..., str], *arguments) -> str:
    try:
        return check(*arguments)
    except Exception as error:  # whatever is wrong is the answer, without addresses or passwords
        return f"failed: {type(error).__name__}"


def broker_is_there() -> bool:
    """Whether something listens where the broker should be."""
    return _check(_reach, settings.BROKER_URL) in ("ok", "not checked")


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"failed: {len(waiting)} not applied" if waiting else "ok"


def _reach(url: str) -> str:
    if not url:
        return "not configured"
    parts = urlsplit(url)
    if not parts.hostname:
        return "not checked"  # a socket file
    with socket.create_connection((parts.hostname, parts.port or PORTS.get(parts.scheme, 0)), timeout=TIMEOUT_S):
        return "ok"
