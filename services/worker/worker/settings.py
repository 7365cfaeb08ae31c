"""Celery's settings. Rows in Postgres are the truth, a message is only a hint; so nothing here may hold work back."""

import environ
from django.conf import settings as service

from worker.queues import ALL, is_amqp
from worker.timetable import timetable
from worker_bell import Topic

env = environ.FileAwareEnv()

broker_url = service.BROKER_URL or "memory://"
broker_connection_retry_on_startup = True
broker_connection_max_retries = None
broker_connection_timeout = 2
broker_heartbeat = 10
# On Redis a message that no worker has acknowledged comes back after this time; it must outlast the hard time limit.
broker_transport_options = {"confirm_publish": True} if is_amqp(broker_url) else {"visibility_timeout": 120}

task_queues = ALL
task_default_queue = "orders"
task_default_exchange = "bookshop"
task_default_exchange_type = "topic"
task_default_queue_type = "quorum" if is_amqp(broker_url) else "classic"
task_create_missing_queues = False
task_routes = {topic.value.task: {"queue": topic.value.queue} for topic in Topic}
worker_detect_quorum_queues = True

task_acks_late = True
task_reject_on_worker_lost = True
worker_prefetch_multiplier = 1
worker_lost_wait = 2  # seconds until the task of a killed process goes back to its queue
worker_cancel_long_running_tasks_on_connection_loss = True
task_soft_time_limit = 20
task_time_limit = 30
worker_max_tasks_per_child = 2000

# Results are for people who look at a sync; a Redis that is away must not stop the work.
task_ignore_result = True
result_backend = f"worker.results:ForgivingRedisBackend+{service.REDIS_URL}" if service.REDIS_URL else None
result_expires = 3600
redis_socket_timeout = 1
redis_socket_connect_timeout = 1
result_backend_transport_options = {"retry_policy": {"max_retries": 1}}

task_serializer = result_serializer = "json"
accept_content = ["json"]
enable_utc = True
timezone = "UTC"
worker_send_task_events = False

beat_schedule = timetable(env)
beat_schedule_filename = env("BEAT_SCHEDULE_FILE", default="celerybeat-schedule")
beat_scheduler = "worker.alive:LivelyScheduler"
beat_max_loop_interval = 5
