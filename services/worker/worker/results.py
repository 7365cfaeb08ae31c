"""Results of tasks, for people who look at a sync. They are the least of what a worker does and must never stop it."""

import logging

from celery.backends.redis import RedisBackend
from redis.exceptions import RedisError

log = logging.getLogger(__name__)


class ForgivingRedisBackend(RedisBackend):
    """Celery's own lets the whole worker end when Redis is away at the moment a hint is found to have expired."""

    def on_task_call(self, producer, task_id) -> None:
        """Nobody of ours waits for a result. Celery's own would subscribe to each one, and beat never unsubscribes."""

    def store_result(self, task_id, result, state, *args, **kwargs):
        try:
            return super().store_result(task_id, result, state, *args, **kwargs)
        except (RedisError, OSError) as error:
            log.warning("The result of %s (%s) could not be kept: %s", task_id, state, error)
            return result
