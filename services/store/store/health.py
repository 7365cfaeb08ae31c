"""Is the process alive, and can it serve?"""

import logging

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from kombu import Connection

log = logging.getLogger(__name__)
BROKER_TIMEOUT_S = 0.5


@never_cache
def live(request: HttpRequest) -> JsonResponse:
    """This view will answer as long as the process does; it touches nothing else."""
    return JsonResponse({"status": "ok"})


@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """Database and migrations decide: 200 or 503. Broker and cache only inform, since all works without them."""
    checks = {"database": _database(), "broker": _broker(), "cache": _cache()}
    checks["migrations"] = _migrations() if checks["database"] == "ok" else "unknown"
    can_serve = checks["database"] == checks["migrations"] == "ok"
    body = {"status": "ok" if can_serve else "unavailable", "checks": checks}
    return JsonResponse(body, status=200 if can_serve else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return "ok"
    except DatabaseError as error:
        log.warning("Not ready: the database does not answer: %s", error)
        return "unavailable"


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    return "waiting" if executor.migration_plan(executor.loader.graph.leaf_nodes()) else "ok"


def _broker() -> str:
    if not settings.BROKER_URL:
        return "not set"
    try:
        with Connection(settings.BROKER_URL, connect_timeout=BROKER_TIMEOUT_S) as broker:
            broker.ensure_connection(max_retries=1, timeout=BROKER_TIMEOUT_S)
        return "ok"
    except Exception:  # each transport has errors of its own
        return "unavailable"


def _cache() -> str:
    cache.set("health", "ok", timeout=10)
    return "ok" if cache.get("health") == "ok" else "unavailable"
