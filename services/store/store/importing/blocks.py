"""Read the plain stretches of a CSV file a block at a time; where something is odd, `reading` looks at each record."""

import csv
import io
from typing import IO, NamedTuple

from store.importing.reading import LONGEST_CELL, LONGEST_LINE

BLOCK_BYTES = 192 * 1024
assert BLOCK_BYTES < LONGEST_LINE  # so that a block that holds a line's end holds no line that is too long


class Line(NamedTuple):
    """A record that was read without a fault, with the number of its first line."""

    number: int
    cells: list[str]


class Stretch(NamedTuple):
    """:ivar last: the number of the last line that was read.
    :ivar ends: the byte where reading goes on.
    :ivar odd_until: up to this byte each record has to be looked at.
    """

    lines: list[Line]
    last: int
    ends: int
    odd_until: int


def stretch_of(file: IO[bytes], *, delimiter: str, at: int, last: int, most: int) -> Stretch:
    """This function will read at most so many records, from a byte on that is the end of the line number `last`.

    What it answers is what `reading.records` would, as far as it goes.
    """
    file.seek(at)
    block = file.read(BLOCK_BYTES)
    if len(block) == BLOCK_BYTES:
        block = block[: block.rfind(b"\n") + 1]
    odd_until = at + (len(block) or BLOCK_BYTES)
    try:
        text = block.decode()
    except UnicodeDecodeError:
        return Stretch([], last, at, odd_until)
    if not text or "\x00" in text:
        return Stretch([], last, at, odd_until)
    lines, read, is_odd = _parsed(text, delimiter, last, most)
    rest = block.split(b"\n", read)
    ends = at + len(block) - (len(rest[read]) if len(rest) > read else 0)
    return Stretch(lines, last + read, ends, odd_until if is_odd else ends)


def _parsed(text: str, delimiter: str, last: int, most: int) -> tuple[list[Line], int, bool]:
    """The records, the number of lines they take, and whether something odd comes behind them."""
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline="\n"), strict=True, delimiter=delimiter)
    lines: list[Line] = []
    read = 0
    try:
        for cells in reader:
            if cells:
                lines.append(Line(last + read + 1, cells))
            read = reader.line_num
            if len(lines) >= most:
                break
    except csv.Error:
        return lines, read, True
    return lines, read, False
