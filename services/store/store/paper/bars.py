"""Code 128 and EAN-13, on pages and on paper."""

from reportlab.graphics.barcode.code128 import Code128
from reportlab.graphics.barcode.eanbc import Ean13BarcodeWidget
from reportlab.graphics.shapes import Rect, String
from reportlab.pdfgen.canvas import Canvas

from store.paper.letters import FONT, lines_of, write

QUIET = 10  # modules left empty on either side
WORDS = 7  # points


def bars_of(text: str) -> tuple[list[tuple[int, int]], int]:
    """The bars of Code 128 as (left, width) in modules, and the width of the whole with its quiet zones.

    :raises ValueError: for what is not printable ASCII.
    """
    if not text or not all(" " <= letter <= "~" for letter in text):
        raise ValueError(f"Code 128 cannot say {text!r}.")
    symbol = Code128(text)
    for step in (symbol.validate, symbol.encode, symbol.decompose):
        step()
    bars, left = [], QUIET
    for letter in symbol.decomposed:  # "A" is a bar of one module, "b" a space of two
        width = ord(letter.upper()) - ord("A") + 1
        if letter.isupper():
            bars.append((left, width))
        left += width
    return bars, left + QUIET


def draw_code128(
    canvas: Canvas, text: str, *, x: float, y: float, width: float, height: float, thickest: float
) -> None:
    """Draw the bars from x and y (points) on, in this width or less; for what they cannot say, words in their place.

    :param thickest: how wide a module may be at most, in points.
    """
    try:
        bars, whole = bars_of(text)
    except ValueError:  # an old name, which must not keep all others from being printed
        (line,) = lines_of(f"no barcode: {text}", size=WORDS, width=width, most=1)
        write(canvas, line, x, y + height / 2, WORDS)
        return
    module = min(width / whole, thickest)
    _fill(canvas, [(x + left * module, y, wide * module, height) for left, wide in bars])


def draw_ean13(canvas: Canvas, isbn13: str, *, x: float, y: float, height: float, module: float) -> None:
    """Draw a book's own code with its digits below; the height is that of both."""
    symbol = Ean13BarcodeWidget(isbn13[:12], barHeight=height, barWidth=module)
    # Not by the library's own renderer, which takes ten times as long.
    shapes = symbol.draw().contents
    _fill(canvas, [(x + s.x, y + s.y, s.width, s.height) for s in shapes if isinstance(s, Rect) and s.fillColor])
    canvas.setFont(FONT, symbol.fontSize * 0.9)
    for digits in (shape for shape in shapes if isinstance(shape, String)):
        canvas.drawCentredString(x + digits.x, y + digits.y, digits.text)


def _fill(canvas: Canvas, boxes: list[tuple[float, float, float, float]]) -> None:
    path = canvas.beginPath()
    for box in boxes:
        path.rect(*box)
    canvas.drawPath(path, stroke=0, fill=1)
