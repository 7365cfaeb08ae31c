"""Files that another service sends in for one of its people: nobody is asked, so the file has to say all itself."""

import hashlib
from datetime import datetime
from typing import IO, NamedTuple
from uuid import UUID

from django.db import IntegrityError, transaction

from store.importing import files
from store.importing.guessing import columns_guessed
from store.importing.models import AfterCheck, Format, ImportRun, RunState
from store.importing.operations import WrongColumns, require_meaning
from store.importing.refusal import FileRefused
from store.importing.sources import format_of, header_of
from store.ringing import ring_after_commit
from worker_bell import Topic

MOST_COLUMNS, LONGEST_NAME = 200, 100


class KeyUsed(Exception):
    """The key belongs to another file, or to another wish for it."""


class Sent(NamedTuple):
    """What is said of a file beside it.

    :ivar name: as its sender calls it.
    :ivar actor: who sent it, as the service names them.
    :ivar columns: of a CSV, pairs of what the file calls a column and what we call it, or "" for one to leave out; the
        others are guessed.
    """

    client: str
    key: UUID
    actor: str
    name: str
    dry_run: bool
    currency: str
    country: str
    columns: tuple[tuple[str, str], ...] = ()


def send_in(file: IO[bytes], sent: Sent, *, now: datetime) -> tuple[ImportRun, bool]:
    """Keep a file and have it checked, and then brought in unless it is a dry run; whether it is new to us.

    :raises FileRefused: if it cannot be used at all. Nothing is kept then.
    :raises KeyUsed:
    """
    kept, size = files.keep(file)
    is_ours = False
    try:
        with files.open_kept(kept) as whole:
            sha256 = hashlib.file_digest(whole, "sha256").hexdigest()
            facts = {**_facts(whole, dict(sent.columns)), "file": kept, "size_bytes": size, "file_sha256": sha256}
            if known := _known(sent):
                return _same_again(known, sent, facts), False
        run = _run(sent, facts, now)
        is_ours = run.file == kept
        return (run, True) if is_ours else (_same_again(run, sent, facts), False)
    finally:
        if not is_ours:
            files.remove(kept)


def _run(sent: Sent, facts: dict, now: datetime) -> ImportRun:
    """The new import; or that of a twin, who was quicker."""
    try:
        with transaction.atomic(durable=True):
            run = ImportRun.objects.create(
                state=RunState.CHECKING,
                after_check=AfterCheck.END if sent.dry_run else AfterCheck.APPLY,
                name=sent.name[:200],
                currency=sent.currency,
                country=sent.country,
                client=sent.client,
                key=sent.key,
                uploaded_by=sent.actor,
                uploaded_at=now,
                **facts,
            )
            ring_after_commit(Topic.IMPORTS)
        return run
    except IntegrityError:
        if known := _known(sent):
            return known
        raise


def _known(sent: Sent) -> ImportRun | None:
    return ImportRun.objects.filter(client=sent.client, key=sent.key).first()


def _same_again(known: ImportRun, sent: Sent, facts: dict) -> ImportRun:
    wish = (facts["file_sha256"], facts.get("columns", []), sent.dry_run)
    if (known.file_sha256, known.columns, known.is_dry_run) != wish:
        raise KeyUsed
    return known


def _facts(file: IO[bytes], said: dict[str, str]) -> dict:
    if format_of(file) == Format.ONIX:
        if said:
            raise FileRefused("ONIX has no columns to name.")
        return {"format": Format.ONIX}
    header = header_of(file)
    names = [cell.strip()[:LONGEST_NAME] for cell in header.cells]
    return {"format": Format.CSV, "delimiter": header.delimiter, "header": names, "columns": _columns(names, said)}


def _columns(names: list[str], said: dict[str, str]) -> list[str]:
    """Our name for each column: as it was said, else guessed as on the page of imports; empty for what is left out."""
    if len(names) > MOST_COLUMNS:
        raise FileRefused(f"The first line names {len(names)} columns; {MOST_COLUMNS} are the most.")
    columns, plain = columns_guessed(names), [name.lower() for name in names]
    for name, ours in said.items():
        if name.lower() not in plain:
            raise FileRefused(
                f"There is no column “{name[:40]}” in the first line, which names: {', '.join(names)[:300]}."
            )
        columns = ["" if column == ours else column for column in columns]
        columns[plain.index(name.lower())] = ours
    try:
        require_meaning([name for name in columns if name])
    except WrongColumns as error:
        raise FileRefused(f"{error} The first line names: {', '.join(names)[:300]}.") from None
    return columns
