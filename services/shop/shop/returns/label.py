"""The label of a return on one sheet of A4: the upper half goes on the parcel, the lower one into it."""

from io import BytesIO

from django.conf import settings
from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, HRFlowable, SimpleDocTemplate, Spacer, Table

from shop.invoices.letters import STRONG, TEXT, letters_of
from shop.invoices.pdf import BODY, FRAME, INK, LINE, MARGIN, PLAIN, SMALL, STRONG_TEXT, TITLE, WIDTH, printed
from shop.orders import countries
from shop.pages.wording import counted
from shop.returns.models import Return

ADDRESS = ParagraphStyle("address", parent=BODY, fontName=STRONG, fontSize=15, leading=21)
BOOK_WIDTH = WIDTH - 28 * mm
BAR_MM, HEIGHT_MM = 0.42, 20  # a bar as wide as this is read from a creased parcel at an arm's length


def draw(found: Return) -> bytes:
    """This function will answer the PDF. The same return is the same bytes."""
    for font in (TEXT, STRONG):
        letters_of(font)
    into = BytesIO()
    margins = {"leftMargin": MARGIN - FRAME, "rightMargin": MARGIN - FRAME, "topMargin": MARGIN, "bottomMargin": MARGIN}
    paper = SimpleDocTemplate(into, pagesize=A4, title=str(found), lang="en", invariant=1, **margins)
    paper.build([*_parcel(found), *_slip(found)])
    return into.getvalue()


def _address() -> list[str]:
    return [line.strip() for line in settings.RETURN_ADDRESS.split("|") if line.strip()]


def _parcel(found: Return) -> list[Flowable]:
    order = found.order
    country = countries.NAMES.get(order.ship_country, order.ship_country)
    sender = [order.ship_name, order.ship_line1, order.ship_line2, f"{order.ship_postcode} {order.ship_city}", country]
    return [
        printed("From", SMALL),
        *[printed(line) for line in sender if line.strip()],
        Spacer(0, 8 * mm),
        printed("To", SMALL),
        *[printed(line, ADDRESS) for line in _address()],
        Spacer(0, 8 * mm),
        _bars(found),
        Spacer(0, 2 * mm),
        printed(str(found), TITLE),
        Spacer(0, 6 * mm),
        HRFlowable(width="100%", thickness=0.7, color=LINE, dash=(4, 3)),
        printed("Cut here: the upper part goes on the parcel, the lower one into it.", SMALL),
    ]


def _slip(found: Return) -> list[Flowable]:
    rows = [
        [
            printed(counted(line.quantity, "copy", "copies")),
            printed(f"{line.line.title}, ISBN {line.line.isbn13}", width=BOOK_WIDTH),
        ]
        for line in found.lines.all()
    ]
    return [
        Spacer(0, 6 * mm),
        printed(f"{found} of order {found.order.reference}", STRONG_TEXT),
        Spacer(0, 3 * mm),
        Table(rows, colWidths=(WIDTH - BOOK_WIDTH, BOOK_WIDTH), style=PLAIN),
        Spacer(0, 3 * mm),
        printed(found.get_why_display(), SMALL),
    ]


def _bars(found: Return) -> Code128:
    bars = Code128(found.barcode, barWidth=BAR_MM * mm, barHeight=HEIGHT_MM * mm, quiet=True)
    bars.barFillColor, bars.hAlign = INK, "LEFT"
    return bars
