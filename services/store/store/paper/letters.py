"""The typefaces of labels and lists: DejaVu Sans, which has the letters of most titles.

Chinese, Japanese and Korean are set in typefaces that the file names and does not hold: they would be larger than all else
in it, and every reader of PDF has its own. Lines of Arabic and Hebrew are put in the order in which they are seen, since
PDF knows no other.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from pathlib import Path
from xml.sax.saxutils import escape

from arabic_reshaper import ArabicReshaper
from bidi.algorithm import get_display
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

FONT = "DejaVuSans"
FILE = Path(__file__).parent / "fonts" / "DejaVuSans.ttf"
MISSING = "\N{WHITE SQUARE}"
EASTERN_LETTER = "[\u1100-\u11ff\u2e80-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff01-\uffee]"
EAST = re.compile(EASTERN_LETTER)
# The first whose letters a text has; signs alone may be of any of them.
EASTERN = (
    ("HYGothic-Medium", re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]")),
    ("HeiseiKakuGo-W5", re.compile("[\u3040-\u30ff\u31f0-\u31ff]")),
    ("STSong-Light", EAST),
)
# What may begin a line: a word after its space, or a letter of those that know no spaces.
PIECE = re.compile(rf"\s*(?:{EASTERN_LETTER}|(?:(?!{EASTERN_LETTER})\S)+)")
_joined = ArabicReshaper({"ARABIC LIGATURE ALLAH": False}).reshape  # words stay as they are spelt


@cache
def letters() -> frozenset[int]:
    """This function will make the typeface known to the drawing library, and answer the letters it has."""
    face = TTFont(FONT, FILE)
    pdfmetrics.registerFont(face)
    return frozenset(face.face.charToGlyph)


def words(text: str, style: ParagraphStyle, *, width: float, most: int = 0) -> Paragraph:
    """:param text: may have lines of its own.
    :param width: in points.
    :param most: lines that each of its own may become; 0 for as many as it takes.
    """
    lines = [
        line for own in text.split("\n") for line in lines_of(own, size=style.fontSize, width=width - 1, most=most)
    ]
    return Paragraph("<br/>".join(map(_marked_up, lines)), style)


def lines_of(text: str, *, size: float, width: float, most: int = 0) -> list[str]:
    """The text in lines of this width, each as it is seen from left to right.

    :param most: so many at most, what is left over ends in dots; 0 for as many as it takes.
    """
    text = _joined(text)
    lines = list(_broken(text, size, width))
    if most and len(lines) > most:
        lines = [*lines[: most - 1], " ".join(lines[most - 1 :])]
    is_from_the_right = any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in text)
    if most:
        lines = [_cut(line, size, width) for line in lines]
    return [get_display(line) for line in lines] if is_from_the_right else lines


def width_of(text: str, size: float) -> float:
    """In points, in one line."""
    return sum(pdfmetrics.stringWidth(run, font, size) for font, run in _runs(text))


def write(canvas: Canvas, text: str, x: float, y: float, size: float, *, right: bool = False) -> None:
    """This function will draw one line, as it is seen, from x on or so that it ends there."""
    if right:
        x -= width_of(text, size)
    for font, run in _runs(text):
        canvas.setFont(font, size)
        canvas.drawString(x, y, run)
        x += pdfmetrics.stringWidth(run, font, size)


def _runs(text: str) -> list[tuple[str, str]]:
    """The text in parts, each with its typeface; a square stands for a letter that none of them has."""
    eastern = next((name for name, has in EASTERN if has.search(text)), FONT)
    if eastern != FONT:
        _known(eastern)
    set_in = []
    for letter in text:
        if letter.isspace() or ord(letter) in letters():
            set_in.append((FONT, letter))
        elif EAST.match(letter):
            set_in.append((eastern, letter))
        else:
            set_in.append((FONT, MISSING))
    return [(font, "".join(letter for _, letter in run)) for font, run in groupby(set_in, key=lambda each: each[0])]


@cache
def _known(name: str) -> None:
    pdfmetrics.registerFont(UnicodeCIDFont(name))


def _marked_up(line: str) -> str:
    return "".join(f'<font name="{font}">{escape(run)}</font>' for font, run in _runs(line))


def _broken(text: str, size: float, width: float) -> Iterator[str]:
    line = ""
    for piece in PIECE.findall(text):
        if line and width_of(line + piece, size) > width:
            yield line
            line = ""
        line = line + piece if line else piece.lstrip()
    yield line


def _cut(line: str, size: float, width: float) -> str:
    """What is too long for its line, be it one long word, ends in dots."""
    if width_of(line, size) <= width:
        return line
    while line and width_of(f"{line.rstrip()}…", size) > width:
        line = line[:-1]
    return f"{line.rstrip()}…"
