"""What people do with imports. The work itself is in `importing.work`."""

from datetime import datetime
from typing import IO

from django.db import transaction

from store.importing import files
from store.importing.guessing import columns_guessed
from store.importing.models import WAITING, WORKED_ON, Format, ImportRun, RunState
from store.importing.refusal import FileRefused
from store.importing.rows import FIELDS, columns_from
from store.importing.sources import format_of, header_of
from store.ringing import ring_after_commit
from worker_bell import Topic


class CannotNow(Exception):
    """The import is no longer where that could be done: somebody else was first, or the worker was."""


class WrongColumns(Exception):
    """The columns cannot be meant like this; the text is a sentence."""


def take_in(
    file: IO[bytes],
    *,
    name: str,
    actor: str,
    now: datetime,
    currency: str = "EUR",
    country: str = "",
    ours: bool = False,
) -> ImportRun:
    """Keep a file and make its import; a CSV waits for its columns to be confirmed, ONIX is checked next.

    :param file: at its start; it is copied.
    :param ours: a CSV whose header names our own columns, so that nothing is to be confirmed.
    :raises FileRefused: if it cannot be used at all. Nothing is kept then.
    """
    kept, size = files.keep(file)
    try:
        with files.open_kept(kept) as whole:
            facts = _csv(whole, ours) if format_of(whole) == Format.CSV else {"format": Format.ONIX}
    except FileRefused:
        files.remove(kept)
        raise
    state = RunState.MAPPING if facts["format"] == Format.CSV and not ours else RunState.CHECKING
    with transaction.atomic(durable=True):
        run = ImportRun.objects.create(
            state=state,
            name=name[:200],
            file=kept,
            size_bytes=size,
            currency=currency,
            country=country,
            uploaded_by=actor,
            uploaded_at=now,
            **facts,
        )
        if not ours:
            ring_after_commit(Topic.IMPORTS)
    return run


def _csv(file: IO[bytes], ours: bool) -> dict:
    header = header_of(file)
    columns = columns_from(header.cells) if ours else columns_guessed(header.cells)
    return {"format": Format.CSV, "delimiter": header.delimiter, "columns": columns}


def confirm_columns(run: ImportRun, columns: list[str], *, currency: str) -> None:
    """Say which field each column of a CSV is, and have it checked.

    :raises WrongColumns:
    :raises CannotNow:
    """
    named = [name for name in columns if name]
    require_meaning(named)
    if len(columns) != len(run.columns) or not set(named) <= set(FIELDS):
        raise WrongColumns("These are not the columns of this file.")
    _move(run, RunState.MAPPING, RunState.CHECKING, columns=columns, currency=currency)


def require_meaning(named: list[str]) -> None:
    """:raises WrongColumns: if these columns could not tell of any book."""
    if "isbn13" not in named:
        raise WrongColumns("One column must be the ISBN: it decides which book is meant.")
    if twice := next((name for name in named if named.count(name) > 1), None):
        raise WrongColumns(f"Two columns cannot both be “{twice}”.")
    if not (set(FIELDS) - {"isbn13", "currency", "shelf"}) & set(named):
        raise WrongColumns("Besides the ISBN at least one column must say something of the book.")


def approve(run: ImportRun, *, actor: str) -> None:
    """Have what the check showed brought in.

    :raises CannotNow:
    """
    _move(run, RunState.CHECKED, RunState.APPLYING, approved_by=actor)


def stop(run: ImportRun, *, actor: str, now: datetime, reason: str = "") -> None:
    """Go no further: what is not brought in yet is discarded; what is stays.

    :raises CannotNow:
    """
    end = {"ended_at": now, "reason": reason or f"by {actor}"}
    with transaction.atomic(durable=True):
        runs = ImportRun.objects.filter(pk=run.pk)
        if not (
            runs.filter(state__in=(*WAITING, RunState.CHECKING)).update(state=RunState.DISCARDED, **end)
            or runs.filter(state=RunState.APPLYING).update(state=RunState.STOPPED, **end)
        ):
            raise CannotNow
        ring_after_commit(Topic.IMPORTS)  # for the rows and the file that lie about


def _move(run: ImportRun, source: RunState, target: RunState, **changes) -> None:
    assert target in WORKED_ON
    with transaction.atomic(durable=True):
        if not ImportRun.objects.filter(pk=run.pk, state=source).update(state=target, **changes):
            raise CannotNow
        ring_after_commit(Topic.IMPORTS)
