"""Read a CSV file record by record in bounded memory; one bad record costs no other."""

import csv
from collections import deque
from collections.abc import Iterator
from typing import IO, NamedTuple

LONGEST_CELL = 20_000
LONGEST_LINE = 200_000
BOM = b"\xef\xbb\xbf"
NOT_UTF_8 = "The line is not UTF-8: save the file as “CSV UTF-8”, as spreadsheets call it."
OLD_ENDS = "It holds line ends of old Macs (CR alone): save the file as “CSV UTF-8”, as spreadsheets call it."


class BadRecord(Exception):
    """The record cannot be read; the text says why."""


class Record(NamedTuple):
    """:ivar ends: the byte after its last one, where reading can go on.
    :ivar last_line: of a record that goes on over several.
    """

    line: int
    last_line: int
    ends: int
    cells: list[str]
    fault: str = ""


class _Lines:
    """The file's lines, which can be taken back: an unclosed quote must not swallow the lines after it."""

    def __init__(self, file: IO[bytes], *, at: int, line: int):
        file.seek(at)
        self._file = file
        self._taken_back: deque[bytes] = deque()
        self.of_record: list[bytes] = []
        self.number, self.ends = line, at

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._taken_back.popleft() if self._taken_back else self._file.readline(LONGEST_LINE)
        if not line:
            raise StopIteration
        at_start = self.ends == 0
        self.number += 1
        self.ends += len(line)
        self.of_record.append(line)
        if len(line) == LONGEST_LINE and not line.endswith(b"\n"):
            self._skip_the_rest()
            if b"\r" in line:
                raise BadRecord(OLD_ENDS)
            raise BadRecord(f"The line is longer than {LONGEST_LINE:,} bytes.")
        # A byte of another encoding is a fault of its own line.
        return (line.removeprefix(BOM) if at_start else line).decode(errors="surrogateescape")

    def _skip_the_rest(self) -> None:
        while rest := self._file.readline(LONGEST_LINE):
            self.ends += len(rest)
            if rest.endswith(b"\n"):
                return

    def take_back_all_but_the_first(self) -> None:
        rest = self.of_record[1:]
        self._taken_back.extendleft(reversed(rest))
        self.number -= len(rest)
        self.ends -= sum(map(len, rest))


def records(file: IO[bytes], *, delimiter: str = ",", at: int = 0, line: int = 0) -> Iterator[Record]:
    """Yield each record with the number of its first line, or with what is wrong with it. Blank lines fall away.

    :param at: begin at this byte, which is the end of line number `line`.
    """
    csv.field_size_limit(LONGEST_CELL)
    lines = _Lines(file, at=at, line=line)
    reader = csv.reader(lines, strict=True, delimiter=delimiter)
    while True:
        first = lines.number + 1
        lines.of_record.clear()
        try:
            cells = next(reader, None)
        except csv.Error as error:
            lines.take_back_all_but_the_first()
            yield Record(first, lines.number, lines.ends, [], _sentence(str(error)))
            continue
        except BadRecord as error:
            yield Record(first, lines.number, lines.ends, [], str(error))
            continue
        if cells is None:
            return
        if cells:
            yield Record(first, lines.number, lines.ends, cells, _foreign_characters(cells))


def delimiter_of(file: IO[bytes]) -> str:
    """The one of comma, semicolon and tab that divides the first line into most cells."""
    file.seek(0)
    first = file.readline(LONGEST_LINE).decode(errors="replace")
    return max(",;\t", key=first.count)


def _sentence(error: str) -> str:
    if "field larger" in error:
        return f"A cell is longer than {LONGEST_CELL:,} characters, or its quote is never closed."
    if "unexpected end" in error:
        return "A quote is opened and never closed."
    if "new-line character" in error:
        return OLD_ENDS
    return "A quote is out of place or never closed: within a quoted cell each quote is written twice."


def _foreign_characters(cells: list[str]) -> str:
    text = "".join(cells)
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:  # what errors="surrogateescape" made of a byte that is not UTF-8
            return NOT_UTF_8
    return "The line holds a NUL character." if "\x00" in text else ""


def clean(text: str) -> str:
    """What pages can show and Postgres can keep: foreign bytes and NULs are what some faults are about."""
    return text.replace("\x00", "�").encode("utf-8", "replace").decode()
