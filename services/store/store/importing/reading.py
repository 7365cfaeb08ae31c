"""Read a CSV file record by record in bounded memory; one bad record costs no other."""

import csv
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple, TextIO

LONGEST_CELL = 20_000
LONGEST_LINE = 200_000


class BadRecord(Exception):
    """The record cannot be read; the text says why."""


class Record(NamedTuple):
    line: int
    cells: list[str]
    fault: str = ""


class _Lines:
    """The file's lines, which can be taken back: an unclosed quote must not swallow the lines after it."""

    def __init__(self, file: TextIO):
        self._file = file
        self._taken_back: deque[str] = deque()
        self.of_record: list[str] = []
        self.number = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._taken_back.popleft() if self._taken_back else self._file.readline(LONGEST_LINE)
        if not line:
            raise StopIteration
        self.number += 1
        self.of_record.append(line)
        if len(line) == LONGEST_LINE and not line.endswith("\n"):
            while (rest := self._file.readline(LONGEST_LINE)) and not rest.endswith("\n"):
                pass
            raise BadRecord(f"The line is longer than {LONGEST_LINE:,} characters.")
        return line

    def take_back_all_but_the_first(self) -> None:
        rest = self.of_record[1:]
        self._taken_back.extendleft(reversed(rest))
        self.number -= len(rest)


def records(file: TextIO) -> Iterator[Record]:
    """Yield each record with the number of its first line, or with what is wrong with it. Blank lines fall away.

    :param file: opened with newline="" and errors="surrogateescape", so that a byte of another encoding is a fault of
        its own line.
    """
    csv.field_size_limit(LONGEST_CELL)
    lines = _Lines(file)
    reader = csv.reader(lines, strict=True)
    while True:
        first = lines.number + 1
        lines.of_record.clear()
        try:
            cells = next(reader, None)
        except csv.Error as error:
            lines.take_back_all_but_the_first()
            yield Record(first, [], _sentence(str(error)))
            continue
        except BadRecord as error:
            yield Record(first, [], str(error))
            continue
        if cells is None:
            return
        if cells:
            yield Record(first, cells, _foreign_characters(cells))


def _sentence(error: str) -> str:
    if "field larger" in error:
        return f"A cell is longer than {LONGEST_CELL:,} characters, or its quote is never closed."
    if "unexpected end" in error:
        return "A quote is opened and never closed."
    return f"A quote is out of place or never closed: {error}."


def _foreign_characters(cells: list[str]) -> str:
    text = "".join(cells)
    if any("\udc80" <= character <= "\udcff" for character in text):
        return "The line is not UTF-8."
    return "The line holds a NUL character." if "\x00" in text else ""
