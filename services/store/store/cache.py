"""The Redis cache, which may be gone: then everything is slower and nothing else."""

import logging
from functools import wraps

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)
TIMEOUT_S = 0.2


def _or(answer_without_redis):
    def decorate(method):
        @wraps(method)
        def patient(self, *args, **kwargs):
            try:
                return method(self, *args, **kwargs)
            except RedisError as error:
                log.warning("The cache does not answer: %s", error)
                return answer_without_redis(*args, **kwargs)

        return patient

    return decorate


class PatientRedisCache(RedisCache):
    def __init__(self, server, params):
        params.setdefault("OPTIONS", {}).update(socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S)
        super().__init__(server, params)

    get = _or(lambda key, default=None, version=None: default)(RedisCache.get)
    get_many = _or(lambda *args, **kwargs: {})(RedisCache.get_many)
    has_key = _or(lambda *args, **kwargs: False)(RedisCache.has_key)
    add = _or(lambda *args, **kwargs: True)(RedisCache.add)
    touch = _or(lambda *args, **kwargs: False)(RedisCache.touch)
    delete = _or(lambda *args, **kwargs: False)(RedisCache.delete)
    set = _or(lambda *args, **kwargs: None)(RedisCache.set)
    set_many = _or(lambda data, *args, **kwargs: list(data))(RedisCache.set_many)
    delete_many = _or(lambda *args, **kwargs: None)(RedisCache.delete_many)
    clear = _or(lambda *args, **kwargs: None)(RedisCache.clear)
