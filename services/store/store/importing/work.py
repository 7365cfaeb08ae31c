"""The work on imports, in steps that each commit: whoever comes next goes on where the last one ended, or was killed."""

import logging
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime, timedelta

from django.db import OperationalError, connection, transaction
from django.db.models import F
from psycopg.errors import DeadlockDetected, LockNotAvailable

from store.importing import files, telling
from store.importing.applying import Applied, apply_batch
from store.importing.models import (
    ENDED,
    MOST_FAULTS_KEPT,
    TO_DO,
    WAITING,
    WAITS_FOR_AN_ANSWER,
    WORKED_ON,
    AfterCheck,
    ImportFault,
    ImportRun,
    Outcome,
    RunState,
)
from store.importing.reading import clean
from store.importing.refusal import FileRefused
from store.importing.sources import Batch, Fault, ahead, batches_of
from store.importing.staging import stage
from store.works.turn import Turn, the_turn
from store.works.work import Clock, Work

log = logging.getLogger(__name__)

READ_BATCH = 5_000
APPLY_BATCH = 5_000
SWEEP_BATCH = 20_000
MOST_FAILURES = 3
MOST_TRIES = 3


def work_on(clock: Clock, *, run_for: timedelta) -> Work:
    """Work on the oldest import for so long, and then on the next; with none left, tidy up.

    :returns: whether there is more to do at once.
    """
    waiting = ImportRun.objects.filter(state__in=WORKED_ON).order_by("id")
    if not waiting.exists():  # without the turn, which commands of the store may want at this moment
        return Work("nothing to do", unfinished=tidy(now=clock()))
    with the_turn(Turn.IMPORTS) as mine:
        if not mine:
            return Work("another worker is at it")
        ends = clock() + run_for
        while run := waiting.first():
            if clock() >= ends:
                return Work(f"import {run.pk}: {run.get_state_display()}", unfinished=True)
            _guarded(run, clock, ends)
    return Work("all is done", unfinished=tidy(now=clock()))


def _guarded(run: ImportRun, clock: Clock, ends: datetime) -> None:
    """An import that makes us fail again and again must not keep all later ones waiting."""
    try:
        step(run, clock, ends)
    except OperationalError:
        raise
    except Exception:
        log.exception("Import %s failed", run.pk)
        ImportRun.objects.filter(pk=run.pk).update(failures=F("failures") + 1)
        if run.failures + 1 >= MOST_FAILURES:
            sentence = "It failed three times by a fault of this program; its log says how."
            _end(run, RunState.STOPPED if run.state == RunState.APPLYING else RunState.REFUSED, clock(), sentence)


def step(run: ImportRun, clock: Clock, ends: datetime) -> None:
    """Read, or bring in, batch after batch until the time is up or the import is elsewhere."""
    if run.state == RunState.CHECKING:
        _check(run, clock, ends)
    else:
        while clock() < ends and _applied(run, now=clock()).done:
            pass


def _check(run: ImportRun, clock: Clock, ends: datetime) -> None:
    try:
        with (
            files.open_kept(run.file) as file,
            closing(ahead(batches_of(run, file, now=clock(), size=READ_BATCH))) as batches,
        ):
            for batch in batches:
                if not _note(run, batch, now=clock()) or clock() >= ends:
                    return
    except FileRefused as error:
        _end(run, RunState.REFUSED, clock(), f"{error} {_so_far(run)}".strip())
    except FileNotFoundError:
        _end(run, RunState.REFUSED, clock(), "The file is gone from the folder where it was kept. Upload it again.")
    else:
        _checked(run, now=clock())


def _so_far(run: ImportRun) -> str:
    return f"{run.records:,} records were read before; nothing of them is brought in." if run.records else ""


def _note(run: ImportRun, batch: Batch, *, now: datetime) -> bool:
    """Stage the batch and note how far we are; answer whether the import is still to be checked."""
    with transaction.atomic(durable=True):
        fresh = ImportRun.objects.select_for_update().get(pk=run.pk)
        if fresh.state != RunState.CHECKING or fresh.position != run.position:
            return False
        staged = stage(run, batch.good)
        faults = sorted([*batch.faults, *staged.faults])
        _keep_faults(run, faults)
        numbers = staged.numbers
        run.position, run.last_read = batch.position, batch.last
        run.records += batch.records
        run.bad += len(faults)
        run.new += numbers.get(Outcome.NEW, 0)
        run.changed += numbers.get(Outcome.CHANGED, 0)
        run.retired += numbers.get(Outcome.RETIRED, 0)
        run.unchanged += numbers.get(Outcome.UNCHANGED, 0) + numbers.get(Outcome.COPIES, 0)
        run.copies += staged.copies
        run.to_do += sum(numbers.get(outcome, 0) for outcome in TO_DO)
        run.worked_at = now
        run.save()
    return True


def _keep_faults(run: ImportRun, faults: Sequence[Fault]) -> None:
    room = max(MOST_FAULTS_KEPT - run.bad, 0)
    ImportFault.objects.bulk_create(
        ImportFault(
            run=run,
            record=fault.record,
            reference=clean(fault.reference)[:100],
            reason=clean(fault.reason)[:500],
            column=fault.column,
        )
        for fault in faults[:room]
    )


def _checked(run: ImportRun, *, now: datetime) -> None:
    following = {
        AfterCheck.ASK: {"state": RunState.CHECKED},
        AfterCheck.APPLY: {"state": RunState.APPLYING, "approved_by": run.uploaded_by},
        AfterCheck.END: {"state": RunState.DISCARDED, "ended_at": now, "reason": telling.DRY_RUN},
    }
    ImportRun.objects.filter(pk=run.pk, state=RunState.CHECKING).update(**following[run.after_check])


def _applied(run: ImportRun, *, now: datetime) -> Applied:
    """Bring one batch in, in a transaction that also counts it; the last one ends the import."""
    for last_try in (False,) * (MOST_TRIES - 1) + (True,):
        try:
            with transaction.atomic(durable=True):
                return _apply(run, now)
        except OperationalError as error:  # someone who changes the same books may take their locks in another order
            if last_try or not isinstance(error.__cause__, DeadlockDetected):
                raise
    raise AssertionError("the last try answers or raises")


def _apply(run: ImportRun, now: datetime) -> Applied:
    fresh = ImportRun.objects.select_for_update().get(pk=run.pk)
    if fresh.state != RunState.APPLYING:
        return Applied()
    applied = apply_batch(fresh, APPLY_BATCH, now=now)
    fresh.done_outcome, fresh.done_number = applied.place
    fresh.done += applied.done
    fresh.done_new += applied.new
    fresh.done_changed += applied.changed
    fresh.done_retired += applied.retired
    fresh.done_copies += applied.copies
    fresh.brought_from = fresh.brought_from or now
    if applied.done:
        fresh.worked_at = now
    else:
        fresh.state, fresh.ended_at = RunState.DONE, now
    fresh.save()
    return applied


def _end(run: ImportRun, state: RunState, now: datetime, reason: str) -> None:
    ImportRun.objects.filter(pk=run.pk, state__in=WORKED_ON).update(state=state, ended_at=now, reason=reason[:500])


def tidy(*, now: datetime) -> bool:
    """Discard what nobody answered for a fortnight, and remove rows and files of what has ended; answer if more is left."""
    old = ImportRun.objects.filter(state__in=WAITING, uploaded_at__lt=now - WAITS_FOR_AN_ANSWER)
    old.update(state=RunState.DISCARDED, ended_at=now, reason="Nobody answered for two weeks.")
    for run in ImportRun.objects.filter(state__in=ENDED).exclude(file="").order_by("id"):
        if _sweep(run):
            return True
        files.remove(run.file)
        ImportRun.objects.filter(pk=run.pk).update(file="")
    files.remove_left_overs(set(ImportRun.objects.exclude(file="").values_list("file", flat=True)), now=now)
    return False


def _sweep(run: ImportRun) -> bool:
    """Remove staged rows of the ended import; answer whether there may be more."""
    if _emptied():
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM importing_stagedbook WHERE run_id = %(run)s AND isbn13 = ANY(ARRAY("
            "SELECT isbn13 FROM importing_stagedbook WHERE run_id = %(run)s LIMIT %(size)s))",
            {"run": run.pk, "size": SWEEP_BATCH},
        )
        return cursor.rowcount == SWEEP_BATCH


def _emptied() -> bool:
    """Remove all staged rows at once, if every import has ended and nobody looks at them; answer whether it is done."""
    try:
        with transaction.atomic(durable=True), connection.cursor() as cursor:
            # Whoever stages waits for this lock, and has an import that has not ended: so nothing staged is needed.
            cursor.execute("LOCK TABLE importing_stagedbook NOWAIT")
            if ImportRun.objects.exclude(state__in=ENDED).exists():
                return False
            cursor.execute("TRUNCATE importing_stagedbook")
            return True
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        return False
