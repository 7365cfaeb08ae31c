"""The work on many labels: drawn part by part, each a PDF that can be printed while the next one is drawn."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from io import BytesIO

from django.db import transaction
from django.db.models import F, QuerySet

from store.labels import drawing, wanted
from store.labels.drawing import ON_A_SHEET, Paper
from store.labels.models import Kind, LabelBatch, LabelFile
from store.ringing import ring_after_commit
from store.works.folder import Folder
from store.works.turn import Turn, the_turn
from store.works.work import Clock, Work
from worker_bell import Topic

log = logging.getLogger(__name__)

FOLDER = Folder("labels")
PART = 20 * ON_A_SHEET  # one to two seconds of work
MOST_TRIES = 3
HOPELESS = "Three times drawing the next part ended badly; the worker's log says how."


def ask_for(kind: Kind, names: Sequence[str], paper: Paper, *, start: int, actor: str, now: datetime) -> LabelBatch:
    """Have these labels drawn in the background.

    :param start: the first label of the first sheet that is not used yet.
    """
    with transaction.atomic(durable=True):
        batch = LabelBatch.objects.create(
            kind=kind, names=list(names), paper=paper, start=start, made_by=actor, made_at=now
        )
        ring_after_commit(Topic.LABELS)
    return batch


def to_draw() -> QuerySet:
    return LabelBatch.objects.filter(ended_at=None).order_by("id")


def work_on(clock: Clock, *, run_for: timedelta) -> Work:
    """Draw part after part for so long, the oldest batch first."""
    if not to_draw().exists():
        return Work("nothing to do")
    with the_turn(Turn.LABELS) as mine:
        if not mine:
            return Work("another worker is at it")
        ends, drawn = clock() + run_for, 0
        while batch := to_draw().first():
            if clock() >= ends:
                return Work(f"{drawn} parts drawn", unfinished=True)
            drawn += _draw_next(batch, clock)
    return Work(f"{drawn} parts drawn")


def _draw_next(batch: LabelBatch, clock: Clock) -> bool:
    """Draw the next part; answer whether it is there."""
    this_one = LabelBatch.objects.filter(pk=batch.pk, drawn=batch.drawn)
    if batch.tries >= MOST_TRIES:
        this_one.update(ended_at=clock(), reason=HOPELESS)
        return False
    # Counted before the try: what kills its worker must not kill every next one.
    this_one.update(tries=F("tries") + 1)
    names = batch.names[batch.drawn : batch.drawn + _size_of_next(batch)]
    try:
        pdf = _drawn(batch, names)
    except Exception:
        log.exception("Labels from %s of batch %s on could not be drawn", batch.drawn + 1, batch.pk)
        return False
    file, _ = FOLDER.keep(BytesIO(pdf))
    first, last = batch.drawn + 1, batch.drawn + len(names)
    with transaction.atomic(durable=True):
        LabelFile.objects.create(batch=batch, first=first, last=last, file=file)
        this_one.update(drawn=last, tries=0, ended_at=clock() if last == len(batch.names) else None)
    return True


def _size_of_next(batch: LabelBatch) -> int:
    """As many as fill whole sheets, so that each part begins on a sheet of its own."""
    return PART - _used_before(batch)


def _used_before(batch: LabelBatch) -> int:
    return batch.start - 1 if batch.paper == Paper.SHEET and not batch.drawn else 0


def _drawn(batch: LabelBatch, names: Sequence[str]) -> bytes:
    labels = wanted.of_copies(names)[0] if batch.kind == Kind.COPIES else wanted.of_shelves(names)
    return drawing.draw(labels, Paper(batch.paper), start=_used_before(batch) + 1)
