"""The typefaces of paper: Literata, and DejaVu Sans for the letters that Literata has not.

Chinese, Japanese and Korean are set in typefaces that the file names and does not hold: they would be larger than all else
in it, and every reader of PDF has its own. Lines of Arabic and Hebrew are put in the order in which they are seen, since
PDF knows no other.
"""

import re
import unicodedata
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

from arabic_reshaper import ArabicReshaper
from bidi.algorithm import get_display
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph

FONTS = Path(__file__).parent / "fonts"
TEXT, STRONG, OTHERS = "Literata", "Literata-SemiBold", "DejaVuSans"
FILES = {TEXT: "Literata-Regular.ttf", STRONG: "Literata-SemiBold.ttf", OTHERS: "DejaVuSans.ttf"}
MISSING = "\N{WHITE SQUARE}"
EAST = re.compile("[\u1100-\u11ff\u2e80-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff01-\uffee]")
# The first whose letters a text has; signs alone may be of any of them.
EASTERN = (
    ("HYGothic-Medium", re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]")),
    ("HeiseiKakuGo-W5", re.compile("[\u3040-\u30ff\u31f0-\u31ff]")),
    ("STSong-Light", EAST),
)
_joined = ArabicReshaper({"ARABIC LIGATURE ALLAH": False}).reshape  # words stay as they are spelt


@cache
def letters_of(font: str) -> frozenset[int]:
    """This function will make a typeface known to the drawing library, and answer the letters it has."""
    face = TTFont(font, FONTS / FILES[font])
    pdfmetrics.registerFont(face)
    return frozenset(face.face.charToGlyph)


def words(text: str, style: ParagraphStyle, *, width: float) -> Paragraph:
    """:param width: in points; lines that are read from the right are broken here, before they are turned."""
    if eastern := _eastern(text):
        style = ParagraphStyle(f"{style.name}, {eastern}", parent=style, wordWrap="CJK")
    lines = lines_of(text, style.fontSize, width=width)
    return Paragraph("<br/>".join(set_in(style.fontName, line) for line in lines), style)


def lines_of(text: str, size: float, *, width: float) -> list[str]:
    """The text as it is seen from left to right. Only what is read from the right is broken into lines."""
    if not any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in text):
        return [text]
    letters_of(OTHERS)
    return [get_display(line) for line in simpleSplit(_joined(text), OTHERS, size, width)]


def set_in(font: str, text: str) -> str:
    """This function will mark up a text for a paragraph in `font`; letters it has not are set in another."""
    parts, run, run_font, eastern = [], "", font, _eastern(text)
    for letter in text:
        letter_font = font if ord(letter) in letters_of(font) or letter.isspace() else OTHERS
        if letter_font == OTHERS and ord(letter) not in letters_of(OTHERS):
            if EAST.match(letter):
                letter_font = eastern
            else:
                letter = MISSING
        if letter_font != run_font:
            parts.append(_run(run, run_font, font))
            run, run_font = "", letter_font
        run += letter
    return "".join([*parts, _run(run, run_font, font)])


def _run(text: str, run_font: str, font: str) -> str:
    if not text:
        return ""
    return escape(text) if run_font == font else f'<font name="{run_font}">{escape(text)}</font>'


def _eastern(text: str) -> str:
    """The typeface of the text's Chinese, Japanese or Korean; "" if it has none."""
    name = next((name for name, letters in EASTERN if letters.search(text)), "")
    if name:
        _known(name)
    return name


@cache
def _known(name: str) -> None:
    pdfmetrics.registerFont(UnicodeCIDFont(name))
