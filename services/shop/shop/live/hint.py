"""The hint that an order has moved: said after the commit, by Redis, to the processes that hold pages' streams.

It carries nothing and may be lost. Who hears it looks into the table of events, and looks every few seconds anyway.
"""

import logging
import time

import redis
from django.conf import settings
from django.db import transaction
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

CHANNEL = "shop:orders-moved"
TIMEOUT_S = 0.2
QUIET_AFTER_FAILURE_S = 5.0


class Hint:
    """A Redis that is away costs one time-out every few seconds, and not one at each move."""

    def __init__(self, url: str, channel: str = CHANNEL):
        """:param url: of Redis; empty makes it silent."""
        self._url, self._channel = url, channel
        self._client: redis.Redis | None = None
        self._quiet_until = 0.0

    def give(self, words: str = "", *, seconds: float) -> None:
        """:param seconds: of a clock that never goes back."""
        if not self._url or seconds < self._quiet_until:
            return
        try:
            if self._client is None:
                self._client = redis.Redis.from_url(
                    self._url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S
                )
            self._client.publish(self._channel, words)
        except RedisError as error:
            self._quiet_until = seconds + QUIET_AFTER_FAILURE_S
            log.warning("Open pages hear of it a little later: %s", error)


_hint = Hint(settings.REDIS_URL)


def tell_after_commit() -> None:
    """This function will have open pages look for what happened, once the transaction under way is committed."""
    transaction.on_commit(lambda: _hint.give(seconds=time.monotonic()))
