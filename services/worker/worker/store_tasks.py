"""Doors to the store's own work."""

from datetime import timedelta

from django.utils import timezone

from store.importing import work
from worker.store_app import app
from worker_bell import Topic

RUN_FOR = timedelta(seconds=12)  # the soft limit is 20 s; a last batch fits in between


@app.task(name=Topic.IMPORTS.value.task)
def work_on_imports() -> str:
    """A long import is cut into tasks, so that each stays within its time limit."""
    done = work.work_on(timezone.now, run_for=RUN_FOR)
    if done.unfinished:
        work_on_imports.apply_async()
    return str(done)
