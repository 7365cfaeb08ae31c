"""A pick list on paper: one line for each copy to fetch, to be ticked off or scanned."""

from datetime import datetime
from io import BytesIO

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, LongTable, Paragraph, SimpleDocTemplate, Spacer, TableStyle

from store.clock import by_clock
from store.labels.picking import Fetch, PickList
from store.paper.bars import draw_code128
from store.paper.letters import FONT, letters, words, write

MARGIN = 14 * mm
WIDTH = A4[0] - 2 * MARGIN
FRAME = 6  # points by which the library's frame keeps words from its edge
CODE = (46 * mm, 9 * mm)
COLUMNS = (8 * mm, 27 * mm, WIDTH - 8 * mm - 27 * mm - 52 * mm - 26 * mm, 52 * mm, 26 * mm)
PADDING = 2
BODY = ParagraphStyle("body", fontName=FONT, fontSize=9, leading=12)
SHELF = ParagraphStyle("shelf", parent=BODY, fontSize=11, leading=13)
HEAD = ParagraphStyle("head", parent=BODY, fontSize=7.5, textColor=HexColor("#555555"))
TITLE = ParagraphStyle("title", parent=BODY, fontSize=15, leading=20)
TABLE = TableStyle(
    [
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("LEFTPADDING", (0, 0), (-1, -1), PADDING),
        ("RIGHTPADDING", (0, 0), (-1, -1), PADDING),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, HexColor("#bbbbbb")),
    ]
)


class Bars(Flowable):
    """A copy's code, with its letters below."""

    def __init__(self, text: str):
        super().__init__()
        self.text, (self.width, self.height) = text, CODE

    def draw(self) -> None:
        draw_code128(
            self.canv, self.text, x=0, y=3 * mm, width=self.width, height=self.height - 3 * mm, thickest=0.38 * mm
        )
        write(self.canv, self.text, 4 * mm, 0.4 * mm, 7)


class Box(Flowable):
    """A square to tick."""

    def __init__(self):
        super().__init__()
        self.width = self.height = 4 * mm

    def draw(self) -> None:
        self.canv.rect(0, 0, self.width, self.height)


def draw(picks: PickList, *, now: datetime) -> bytes:
    """This function will answer the PDF."""
    letters()
    into = BytesIO()
    paper = SimpleDocTemplate(
        into, pagesize=A4, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=12 * mm, title="Pick list"
    )
    references = ", ".join(order.reference for order in picks.orders)
    copies, orders = len(picks.fetch), len(picks.orders)
    told = f"{copies} {'copy' if copies == 1 else 'copies'} for {orders} {'order' if orders == 1 else 'orders'}"
    story = [
        _words("Pick list", TITLE),
        _words(f"{told}, {by_clock(now)}. Another copy of the same book will do.", BODY),
        _words(references, HEAD),
        Spacer(0, 4 * mm),
    ]
    if picks.fetch:
        heads = [_words(head, HEAD) for head in ("", "Shelf", "Book", "Copy", "Order")]
        table = LongTable([heads, *(_line(fetch) for fetch in picks.fetch)], COLUMNS, style=TABLE, repeatRows=1)
        story.append(table)
    else:
        story.append(_words("There is nothing to fetch.", BODY))
    if picks.lacking:
        story += [Spacer(0, 6 * mm), _words("On no shelf", TITLE)]
        story += [_words(f"{one.number} × {one.title}, order {one.reference}", BODY) for one in picks.lacking]
    paper.build(story, onFirstPage=_number, onLaterPages=_number)
    return into.getvalue()


def _line(fetch: Fetch) -> list:
    copy = fetch.copy
    shelf, title, order = (width - 2 * PADDING for width in (COLUMNS[1], COLUMNS[2], COLUMNS[4]))
    book = [words(copy.book.title, BODY, width=title, most=2), words(copy.book.isbn13, BODY, width=title)]
    return [
        Box(),
        words(copy.shelf or "—", SHELF, width=shelf),
        book,
        Bars(copy.barcode),
        words(fetch.reference, BODY, width=order),
    ]


def _words(text: str, style: ParagraphStyle) -> Paragraph:
    return words(text, style, width=WIDTH - 2 * FRAME)


def _number(canvas: Canvas, paper: SimpleDocTemplate) -> None:
    canvas.setFont(FONT, 7.5)
    canvas.drawRightString(A4[0] - MARGIN, 9 * mm, f"Page {canvas.getPageNumber()}")
