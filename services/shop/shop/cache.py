"""A cache that is allowed to be gone: every failure of Redis is a miss."""

import logging
from functools import cached_property

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

SOCKET_TIMEOUT_S = 0.2
# A list holds the times of the latest requests, newest first, and no more of them than may come within the time. It is
# looked at and added to in one go: of two at once only one is the last that may come in.
LET_IN = """
local most, within_s, now = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local oldest = tonumber(redis.call('LINDEX', KEYS[1], most - 1) or nil)
if oldest and oldest > now - within_s then return tostring(oldest + within_s - now) end
redis.call('LPUSH', KEYS[1], ARGV[3])
redis.call('LTRIM', KEYS[1], 0, most - 1)
redis.call('EXPIRE', KEYS[1], within_s)
return '0'
"""


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


class OneClient(RedisCacheClient):
    """Django makes a client of redis-py for each operation, which costs more than to ask Redis; one is good for all."""

    @cached_property
    def _one(self):
        return super().get_client(write=True)

    @cached_property
    def _let_in(self):
        return self._one.register_script(LET_IN)

    def get_client(self, key=None, *, write=False):
        return self._one

    def let_in(self, key: str, most: int, within_s: int, now: float) -> float:
        return float(self._let_in(keys=[key], args=[most, within_s, repr(now)]))


class ForgivingRedisCache(RedisCache):
    """Django's Redis cache for which an outage costs speed, never an answer."""

    def __init__(self, server, params):
        options = params.setdefault("OPTIONS", {})
        options.setdefault("socket_timeout", SOCKET_TIMEOUT_S)
        options.setdefault("socket_connect_timeout", SOCKET_TIMEOUT_S)
        super().__init__(server, params)
        self._class = OneClient

    def let_in(self, key: str, *, most: int, within_s: int, now: float) -> float:
        """This function will note that somebody came, if fewer than `most` came within the last seconds.

        :returns: 0, or else for how many seconds to wait. Nobody waits while Redis is away.
        """
        try:
            return self._cache.let_in(self.make_and_validate_key(key), most, within_s, now)
        except RedisError as error:
            log.warning("The cache did not answer (let_in): %s", error)
            return 0.0

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
