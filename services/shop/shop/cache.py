"""A cache that is allowed to be gone: every failure of Redis is a miss."""

import logging

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

SOCKET_TIMEOUT_S = 0.2


def _or(fallback):
    """Wrap one operation so that a Redis that is away answers `fallback(self, key, …)` instead of raising."""

    def wrap(name):
        operation = getattr(RedisCache, name)

        def forgiving(self, *args, **kwargs):
            try:
                return operation(self, *args, **kwargs)
            except RedisError as error:
                log.warning("The cache did not answer (%s): %s", name, error)
                return fallback(*args, **kwargs)

        return forgiving

    return wrap


class ForgivingRedisCache(RedisCache):
    """Django's Redis cache for which an outage costs speed, never an answer."""

    def __init__(self, server, params):
        options = params.setdefault("OPTIONS", {})
        options.setdefault("socket_timeout", SOCKET_TIMEOUT_S)
        options.setdefault("socket_connect_timeout", SOCKET_TIMEOUT_S)
        super().__init__(server, params)

    get = _or(lambda key, default=None, version=None: default)("get")
    get_many = _or(lambda *a, **k: {})("get_many")
    has_key = _or(lambda *a, **k: False)("has_key")
    add = _or(lambda *a, **k: True)("add")
    set = _or(lambda *a, **k: None)("set")
    set_many = _or(lambda *a, **k: [])("set_many")
    touch = _or(lambda *a, **k: False)("touch")
    delete = _or(lambda *a, **k: False)("delete")
    delete_many = _or(lambda *a, **k: None)("delete_many")
    clear = _or(lambda *a, **k: False)("clear")
    incr = _or(lambda key, delta=1, version=None: delta)("incr")
