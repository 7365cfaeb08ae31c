"""Whole files of books on their way into the store's catalogue, and what has come of each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from store_client import answers, read
from store_client.writes import LONGEST_ANSWER_BYTES, Writer

IMPORT_STATES = frozenset({"mapping", "checking", "checked", "applying", "done", "stopped", "refused", "discarded"})
FOUND, BROUGHT_IN = ("new", "changed", "retired", "unchanged", "copies"), ("new", "changed", "retired", "copies")
BLOCK_BYTES = 64 * 1024


@dataclass(frozen=True)
class ImportFault:
    """A record that was left out, and why.

    :ivar column: the store's name of the one that is to blame; None if it is the record as a whole.
    """

    record: int
    reference: str
    reason: str
    column: str | None = None


@dataclass(frozen=True)
class ImportColumn:
    """What a column of a CSV is called there, and by the store; None: it was not understood, and is left out."""

    name: str
    field: str | None


@dataclass(frozen=True)
class ImportJob:
    """What has come of a file so far.

    :ivar found: what the check found, by kind; `copies` are counted singly.
    :ivar brought_in: what of it is in the catalogue.
    :ivar left_out: records with faults, of which the store keeps and tells the first `faults_kept`.
    """

    id: int
    name: str
    format: str
    dry_run: bool
    state: str
    ended: bool
    sentence: str
    sent_by: str
    sent_at: datetime
    ended_at: datetime | None
    progress: dict[str, int]
    records: int
    found: dict[str, int]
    brought_in: dict[str, int]
    left_out: int
    faults_kept: int
    columns: tuple[ImportColumn, ...] = ()
    faults: tuple[ImportFault, ...] = ()

    @classmethod
    def parse(cls, body: dict) -> "ImportJob":
        """:raises read.NotAsAgreed: naming the field."""
        return cls(
            id=read.integer(body, "id", low=1),
            name=read.text(body, "name"),
            format=read.text(body, "format"),
            dry_run=read.flag(body, "dry_run"),
            state=read.one_of(body, "state", IMPORT_STATES),
            ended=read.flag(body, "ended"),
            sentence=read.text(body, "sentence"),
            sent_by=read.text(body, "sent_by"),
            sent_at=read.moment(body, "sent_at"),
            ended_at=read.moment(body, "ended_at") if body.get("ended_at") else None,
            progress=_numbers(body, "progress", ("done", "of")),
            records=read.integer(body, "records"),
            found=_numbers(body, "found", FOUND),
            brought_in=_numbers(body, "brought_in", BROUGHT_IN),
            left_out=read.integer(body, "left_out"),
            faults_kept=read.integer(body, "faults_kept"),
            columns=tuple(_column(read.obj(column)) for column in read.items(body, "columns", missing=())),
            faults=tuple(_fault(read.obj(fault)) for fault in read.items(body, "faults", missing=())),
        )


class BookFiles:
    """The part of the StoreClient that sends files in. StoreRefused with the slug invalid says what is wrong of `file`."""

    def send_books(
        self,
        file: IO[bytes],
        size: int,
        writer: Writer,
        *,
        name: str,
        dry_run: bool,
        currency: str,
        country: str = "",
        columns: Sequence[str] = (),
    ) -> ImportJob:
        """This function will send a CSV or ONIX file in, which is read as it goes and kept in no memory.

        It is worked on in the background; the same key with the same file is the same job.

        :param size: in bytes, of what is left to read.
        :param dry_run: check it only.
        :param columns: of a CSV, what the file calls a column and what the store does, such as "EAN-Code:isbn13".
        """
        said = {
            "name": name,
            "dry_run": int(dry_run),
            "currency": currency,
            "country": country,
            "column": list(columns),
        }
        return self._job("POST", "api/imports/", params=said, headers=writer.headers, data=_Sized(file, size))

    def import_job(self, number: int, *, offset: int = 0, limit: int = 100) -> ImportJob:
        """What has come of a file of the caller's, with so many of its faults from one on. StoreRefused: not-found."""
        return self._job("GET", f"api/imports/{number}/", params={"offset": offset, "limit": limit})

    def import_jobs(self, *, sent_by: str | None, offset: int, limit: int) -> tuple[int, list[ImportJob]]:
        """How many files the caller has sent in, for one person or for all, and some of them, the newest first."""
        said = {"offset": offset, "limit": limit} | ({} if sent_by is None else {"sent_by": sent_by})
        told = self._answer("GET", "api/imports/", at_most=LONGEST_ANSWER_BYTES, params=said)
        return answers.as_agreed(lambda: _jobs(read.obj(told)))

    def _job(self, method: str, path: str, **said: Any) -> ImportJob:
        told = self._answer(method, path, at_most=LONGEST_ANSWER_BYTES, **said)
        return answers.as_agreed(lambda: ImportJob.parse(read.obj(told)))


class _Sized:
    """A file that tells its length, so that it is sent with one: not every server reads a body without."""

    def __init__(self, file: IO[bytes], size: int):
        self._file, self.len = file, size

    def read(self, size: int = -1) -> bytes:
        return self._file.read(size)

    def __iter__(self) -> Iterator[bytes]:
        while block := self._file.read(BLOCK_BYTES):
            yield block


def _numbers(body: dict, name: str, names: tuple[str, ...]) -> dict[str, int]:
    told = read.obj(body.get(name))
    return {one: read.integer(told, one) for one in names}


def _jobs(told: dict) -> tuple[int, list[ImportJob]]:
    return read.integer(told, "count"), [ImportJob.parse(read.obj(one)) for one in read.items(told, "results")]


def _column(told: dict) -> ImportColumn:
    return ImportColumn(name=read.text(told, "name"), field=read.text(told, "field") if told.get("field") else None)


def _fault(row: dict) -> ImportFault:
    return ImportFault(
        record=read.integer(row, "record"),
        reference=read.text(row, "reference"),
        reason=read.text(row, "reason"),
        column=read.text(row, "column", missing="") or None,  # a store that is not upgraded yet names none
    )
