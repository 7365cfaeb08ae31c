"""The typeface of labels and lists: one that has the letters of most titles."""

from functools import cache
from pathlib import Path

from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

FONT = "DejaVuSans"
FILE = Path(__file__).parent / "fonts" / "DejaVuSans.ttf"
MISSING = "\N{WHITE SQUARE}"


@cache
def letters() -> frozenset[int]:
    """This function will make the typeface known to the drawing library, and answer the letters it has."""
    face = TTFont(FONT, FILE)
    pdfmetrics.registerFont(face)
    return frozenset(face.face.charToGlyph)


def printable(text: str) -> str:
    """The text, with a square for each letter that the typeface has not."""
    return "".join(letter if letter.isspace() or ord(letter) in letters() else MISSING for letter in text)


def lines_of(text: str, *, size: float, width: float, most: int) -> list[str]:
    """The text in at most so many lines of this width; what is left over ends in dots."""
    lines = simpleSplit(printable(text), FONT, size, width)
    lines, rest = lines[:most], lines[most:]
    lines = [_cut(line, size, width, dots=rest and place == most) for place, line in enumerate(lines, start=1)]
    return lines


def _cut(line: str, size: float, width: float, *, dots) -> str:
    fits = pdfmetrics.stringWidth(line, FONT, size) <= width
    if fits and not dots:
        return line
    while line and pdfmetrics.stringWidth(f"{line.rstrip()}…", FONT, size) > width:
        line = line[:-1]
    return f"{line.rstrip()}…"
