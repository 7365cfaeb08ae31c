"""CSV files that people open in a spreadsheet."""

import csv
from collections.abc import Iterator

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def harmless(cell: str) -> str:
    """This function will answer the cell so that no spreadsheet takes it for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def as_csv(lines: Iterator[list[str]]) -> Iterator[str]:
    """This function will write one line after the other, so that a long file needs no room."""
    writer = csv.writer(_Echo())
    yield from (writer.writerow(line) for line in lines)


class _Echo:
    def write(self, line: str) -> str:
        return line
