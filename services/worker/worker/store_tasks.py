"""Doors to the store's own work."""

from django.utils import timezone

from store.catalogue import covers
from store.importing import work as imports
from store.labels import batches
from store.works import tidying
from worker.steps import RUN_FOR, go_on_if
from worker.store_app import app
from worker_bell import Topic


@app.task(name=Topic.IMPORTS.value.task)
def work_on_imports() -> str:
    done = imports.work_on(timezone.now, run_for=RUN_FOR)
    return go_on_if(done.unfinished, work_on_imports, done)


@app.task(name=Topic.COVERS.value.task)
def work_on_covers() -> str:
    done = covers.work_on(timezone.now, run_for=RUN_FOR)
    return go_on_if(done.unfinished, work_on_covers, done)


@app.task(name=Topic.LABELS.value.task)
def draw_labels() -> str:
    done = batches.work_on(timezone.now, run_for=RUN_FOR)
    return go_on_if(done.unfinished, draw_labels, done)


@app.task(name=Topic.TIDY.value.task)
def tidy_up() -> str:
    done = tidying.work_on(timezone.now, run_for=RUN_FOR)
    return go_on_if(done.unfinished, tidy_up, done)
