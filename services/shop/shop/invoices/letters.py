"""The typefaces of paper: Literata, and DejaVu Sans for the letters that Literata has not."""

from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

FONTS = Path(__file__).parent / "fonts"
TEXT, STRONG, OTHERS = "Literata", "Literata-SemiBold", "DejaVuSans"
FILES = {TEXT: "Literata-Regular.ttf", STRONG: "Literata-SemiBold.ttf", OTHERS: "DejaVuSans.ttf"}
MISSING = "\N{WHITE SQUARE}"


@cache
def letters_of(font: str) -> frozenset[int]:
    """This function will make a typeface known to the drawing library, and answer the letters it has."""
    face = TTFont(font, FONTS / FILES[font])
    pdfmetrics.registerFont(face)
    return frozenset(face.face.charToGlyph)


def set_in(font: str, text: str) -> str:
    """This function will mark up a text for a paragraph in `font`; letters it has not are set in another."""
    parts, run, run_font = [], "", font
    for letter in text:
        letter_font = font if ord(letter) in letters_of(font) or letter.isspace() else OTHERS
        if letter_font == OTHERS and ord(letter) not in letters_of(OTHERS):
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
