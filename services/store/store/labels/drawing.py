"""Labels of copies and shelves as PDF: on a sheet of A4, three by eight, or on a roll, one after the other."""

from io import BytesIO
from typing import NamedTuple

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from store.labels.models import Paper
from store.paper.bars import draw_code128, draw_ean13
from store.paper.letters import letters, lines_of, width_of, write
from store.shelves.codes import label_of

ACROSS, DOWN = 3, 8
ON_A_SHEET = ACROSS * DOWN
SHEET_LABEL, ROLL_LABEL = (70 * mm, 37 * mm), (57 * mm, 32 * mm)
TOP = (A4[1] - DOWN * SHEET_LABEL[1]) / 2
EDGE = 3 * mm  # printers leave the rim of a sheet white
THICKEST = 0.38 * mm  # of a module; what is wider is no easier to read
EAN_MODULE = 0.264 * mm  # 80 per cent of the nominal size, the least that the standard allows
EAN_HEIGHT = 9.5 * mm


class CopyLabel(NamedTuple):
    barcode: str
    isbn13: str
    title: str
    shelf: str
    condition: str = ""  # of one that is not new, with its price


class ShelfLabel(NamedTuple):
    shelf: str


class Place(NamedTuple):
    """Where a label may be drawn upon: the corner below on the left, and its size."""

    x: float
    y: float
    width: float
    height: float


def draw(labels: list[CopyLabel | ShelfLabel], paper: Paper, *, start: int = 1) -> bytes:
    """This function will answer the PDF.

    :param start: the first label of the first sheet that is not used yet; a roll has none.
    """
    letters()
    into = BytesIO()
    canvas = Canvas(into, pagesize=A4 if paper == Paper.SHEET else ROLL_LABEL, pageCompression=1, invariant=1)
    canvas.setTitle("Labels")
    for number, label in enumerate(labels, start=start - 1 if paper == Paper.SHEET else 0):
        on_this = number % ON_A_SHEET if paper == Paper.SHEET else 0
        if label is not labels[0] and not on_this:
            canvas.showPage()
        place = _on_sheet(on_this) if paper == Paper.SHEET else _inside(0, 0, *ROLL_LABEL)
        _draw_copy(canvas, label, place) if isinstance(label, CopyLabel) else _draw_shelf(canvas, label, place)
    canvas.save()
    return into.getvalue()


def _on_sheet(number: int) -> Place:
    width, height = SHEET_LABEL
    row, column = divmod(number, ACROSS)
    return _inside(column * width, A4[1] - TOP - (row + 1) * height, width, height)


def _inside(x: float, y: float, width: float, height: float) -> Place:
    return Place(x + EDGE, y + EDGE, width - 2 * EDGE, height - 2 * EDGE)


def _draw_copy(canvas: Canvas, label: CopyLabel, place: Place) -> None:
    """From above: the title and the shelf, the copy's own code with its condition unless it is new, and the book's code."""
    x, y, width, height = place
    top = y + height
    write(canvas, label.shelf, x + width, top - 8, 9, right=True)
    shelf = width_of(label.shelf, 9) + 6 if label.shelf else 0
    for line in lines_of(label.title, size=7.5, width=width - shelf, most=1):
        write(canvas, line, x, top - 8, 7.5)
    bars = height - 8 - EAN_HEIGHT - 5 * mm
    below = y + EAN_HEIGHT + 3.6 * mm
    draw_code128(canvas, label.barcode, x=x, y=below, width=width, height=bars, thickest=THICKEST)
    write(canvas, label.barcode, x + 10 * THICKEST, below - 7, 7)
    write(canvas, label.condition, x + width, below - 7, 7, right=True)
    draw_ean13(canvas, label.isbn13, x=x, y=y, height=EAN_HEIGHT, module=EAN_MODULE)


def _draw_shelf(canvas: Canvas, label: ShelfLabel, place: Place) -> None:
    """The shelf's name as large as there is room for it, to be read from the aisle; below it the code."""
    x, y, width, height = place
    size = min(30, 30 * width / max(width_of(label.shelf, 30), 1))
    bars = height * 0.45
    draw_code128(canvas, label_of(label.shelf), x=x, y=y, width=width, height=bars, thickest=THICKEST)
    write(canvas, label.shelf, x, y + bars + (height - bars - 0.72 * size) / 2, size)
