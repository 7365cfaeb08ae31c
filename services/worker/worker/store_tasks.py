"""Doors to the store's own work."""

from django.utils import timezone

from store.importing import work
from worker.steps import RUN_FOR, go_on_if
from worker.store_app import app
from worker_bell import Topic


@app.task(name=Topic.IMPORTS.value.task)
def work_on_imports() -> str:
    done = work.work_on(timezone.now, run_for=RUN_FOR)
    return go_on_if(done.unfinished, work_on_imports, done)
