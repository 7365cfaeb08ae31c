"""What was decided once about queues, limits and the timetable holds together."""

import os
import subprocess
import sys

import environ
import pytest

from shop.notifications import delivery as mail
from shop.outbox.models import LEASE
from shop.storelink import delivery
from shop.storelink.one_run import LONGEST_WAIT_MS
from shop.webhooks import line, sending
from worker import settings, tasks
from worker.app import app
from worker.timetable import timetable
from worker_bell import Topic

STORES_TASKS = """
from worker.store_app import app
from django.conf import settings
app.loader.import_default_modules()
print(settings.ROOT_URLCONF, app.conf.task_time_limit > 0, *app.tasks)
"""


@pytest.fixture(scope="module")
def stores_tasks():
    """What the store's app has, asked in a process of its own: two services' settings are not loaded in one."""
    env = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    env["SECRET_KEY"] = "tests-only-" + "k" * 40
    told = subprocess.run([sys.executable, "-c", STORES_TASKS], env=env, capture_output=True, text=True, check=True)
    urls, limited, *tasks = told.stdout.split()
    assert (urls, limited) == ("store.urls", "True")
    return tasks


@pytest.mark.parametrize("topic", list(Topic))
def test_every_topic_has_its_task_its_queue_and_its_place_in_the_timetable(topic, stores_tasks):
    assert (topic.value.task in app.tasks) != (topic.value.task in stores_tasks), "one service's work, not the other's"
    assert app.amqp.router.route({}, topic.value.task)["queue"].name == topic.value.queue
    assert topic.value.queue in {queue.name for queue in settings.task_queues}
    entries = [entry for entry in settings.beat_schedule.values() if entry["task"] == topic.value.task]
    assert [entry["options"]["queue"] for entry in entries] == [topic.value.queue]
    assert entries[0]["options"]["expires"] <= entries[0]["schedule"], "ticks must not pile up"


def test_how_often_is_a_setting(monkeypatch):
    monkeypatch.setenv("BOOKS_EVERY_S", "1.5")
    monkeypatch.setenv("SWEEP_EVERY_S", "0.5")
    table = timetable(environ.Env())
    assert (table["books"]["schedule"], table["outbox"]["schedule"], table["mail"]["schedule"]) == (1.5, 0.5, 0.5)


def test_a_lease_outlasts_the_hard_limit_of_the_task_that_holds_it():
    assert LEASE.total_seconds() > app.conf.task_time_limit


def test_work_ends_by_itself_before_it_is_stopped():
    for run_for in (delivery.RUN_FOR, mail.RUN_FOR, tasks.RUN_FOR):
        assert run_for.total_seconds() < app.conf.task_soft_time_limit
    assert sending.RUN_FOR.total_seconds() + line.WITHIN_S < app.conf.task_soft_time_limit
    waited_and_worked = LONGEST_WAIT_MS / 1000 + tasks.RUN_FOR.total_seconds()
    assert waited_and_worked < app.conf.task_soft_time_limit < app.conf.task_time_limit


def test_a_message_is_done_when_the_work_is_done():
    assert app.conf.task_acks_late and app.conf.task_reject_on_worker_lost
    assert app.conf.worker_prefetch_multiplier == 1


def test_nothing_is_left_to_the_broker_to_do_later():
    assert not any(
        "countdown" in entry["options"] or "eta" in entry["options"] for entry in settings.beat_schedule.values()
    )
