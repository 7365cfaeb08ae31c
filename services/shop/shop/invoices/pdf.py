"""An invoice on paper: A4, as many pages as it takes, each with its number and that of all."""

from io import BytesIO

from django.conf import settings
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    Flowable,
    KeepTogether,
    LongTable,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

from shop.clock import by_clock
from shop.invoices.billing import Bill, Item
from shop.invoices.letters import STRONG, TEXT, letters_of, words
from shop.pages.wording import counted, money

INK, SOFT, LINE = HexColor("#27221c"), HexColor("#665c50"), HexColor("#cfc6b8")
MARGIN, FOOT = 20 * mm, 12 * mm
DAY = "%-d %B %Y"
FRAME = 6  # points by which the library's frame keeps words from its edge
WIDTH = A4[0] - 2 * MARGIN
COLUMNS = (WIDTH - 64 * mm, 16 * mm, 24 * mm, 24 * mm)  # book, copies, price, sum

BODY = ParagraphStyle("body", fontName=TEXT, fontSize=9.5, leading=13, textColor=INK)
SMALL = ParagraphStyle("small", parent=BODY, fontSize=8, leading=11, textColor=SOFT)
TITLE = ParagraphStyle("title", parent=BODY, fontName=STRONG, fontSize=18, leading=24)
RIGHT = ParagraphStyle("right", parent=BODY, alignment=TA_RIGHT)
RIGHT_SMALL = ParagraphStyle("right small", parent=SMALL, alignment=TA_RIGHT)
STRONG_TEXT = ParagraphStyle("strong", parent=BODY, fontName=STRONG)
STRONG_RIGHT = ParagraphStyle("strong right", parent=STRONG_TEXT, alignment=TA_RIGHT)
PLAIN = TableStyle(
    [("LEFTPADDING", (0, 0), (-1, -1), 0), ("RIGHTPADDING", (0, 0), (-1, -1), 0), ("VALIGN", (0, 0), (-1, -1), "TOP")]
)


def seller() -> list[str]:
    """Who sells: the lines of the setting INVOICE_SELLER."""
    return [line.strip() for line in settings.INVOICE_SELLER.split("|") if line.strip()]


def draw(bill: Bill) -> bytes:
    """This function will answer the PDF. The same invoice is the same bytes, until money goes back."""
    for font in (TEXT, STRONG):
        letters_of(font)
    into = BytesIO()
    paper = SimpleDocTemplate(
        into,
        pagesize=A4,
        leftMargin=MARGIN - FRAME,
        rightMargin=MARGIN - FRAME,
        topMargin=MARGIN,
        bottomMargin=MARGIN,
        title=str(bill.invoice),
        author=seller()[0],
        lang="en",
        invariant=1,
    )
    paper.build(
        [
            *_head(bill),
            _items(bill),
            KeepTogether([Spacer(0, 4 * mm), _sums(bill), Spacer(0, 8 * mm), *_account(bill)]),
        ],
        canvasmaker=_numbered(f"{bill.invoice}, order {bill.order.reference}"),
    )
    return into.getvalue()


def _numbered(told: str) -> type[Canvas]:
    class Numbered(Canvas):
        """Keeps the pages back until it knows how many they are."""

        def __init__(self, *args, **options):
            super().__init__(*args, **options)
            self._kept = []

        def showPage(self):
            self._kept.append(dict(self.__dict__))
            self._startPage()

        def save(self):
            for number, page in enumerate(self._kept, start=1):
                self.__dict__.update(page)
                self.setFont(TEXT, 8)
                self.setFillColor(SOFT)
                self.drawString(MARGIN, FOOT, told)
                self.drawRightString(A4[0] - MARGIN, FOOT, f"Page {number} of {len(self._kept)}")
                super().showPage()
            super().save()

    return Numbered


def printed(text: str, style: ParagraphStyle = BODY, *, width: float = WIDTH) -> Paragraph:
    """Words on a sheet of ours, as wide as its frame unless their cell is narrower."""
    return words(text, style, width=width)


def _head(bill: Bill) -> list[Flowable]:
    facts = [
        ("Order", bill.order.reference),
        ("Ordered", by_clock(bill.order.placed_at, DAY)),
        ("Sent and billed", by_clock(bill.invoice.issued_at, DAY)),
    ]
    to = [printed(line, width=WIDTH / 2) for line in bill.bill_to]
    said = [printed(f"{name}: {value}", RIGHT) for name, value in facts]
    found = [
        *[printed(line, SMALL) for line in seller()],
        Spacer(0, 10 * mm),
        printed(str(bill.invoice), TITLE),
        Spacer(0, 4 * mm),
        Table([[to, said]], colWidths=(WIDTH / 2, WIDTH / 2), style=PLAIN),
        Spacer(0, 6 * mm),
    ]
    if bill.ship_to != bill.bill_to:
        found += [printed(f"Sent to {', '.join(bill.ship_to)}", SMALL), Spacer(0, 4 * mm)]
    return found


def _items(bill: Bill) -> LongTable:
    """Long orders go on over the page, under the same heads."""
    heads = [printed("Book", SMALL), *(printed(head, RIGHT_SMALL) for head in ("Copies", "Each", "Sum"))]
    style = TableStyle(
        [
            *PLAIN.getCommands(),
            ("LEFTPADDING", (1, 0), (-1, -1), 6),
            ("LINEBELOW", (0, 0), (-1, -1), 0.5, LINE),
            ("TOPPADDING", (0, 0), (-1, -1), 4),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
        ]
    )
    rows = [_row(item, bill.currency) for item in bill.items]
    return LongTable([heads, *rows], colWidths=COLUMNS, repeatRows=1, style=style)


def _row(item: Item, currency: str) -> list:
    book = [
        printed(item.title, width=COLUMNS[0]),
        printed(", ".join(part for part in (item.authors, f"ISBN {item.isbn13}") if part), SMALL, width=COLUMNS[0]),
    ]
    if item.was is not None:
        book.append(printed(f"{item.why or 'Reduced'}: {money(item.was, currency)} before", SMALL))
    if item.missing:
        book.append(printed(f"{counted(item.missing, 'copy', 'copies')} could not be sent and are not billed", SMALL))
    return [
        book,
        printed(str(item.copies), RIGHT),
        printed(money(item.price, currency), RIGHT),
        printed(money(item.total, currency), RIGHT),
    ]


def sums_of(bill: Bill) -> list[tuple[str, str]]:
    """The lines below the books, all but the total."""
    found = [("Books", money(bill.goods, bill.currency))]
    if bill.coupon:
        found.append((f"Coupon {bill.order.coupon_code}".strip(), f"−{money(bill.coupon, bill.currency)}"))
    found.append(("Delivery", money(bill.delivery, bill.currency) if bill.delivery else "free"))
    return found


def tax_line(bill: Bill) -> str:
    if not bill.tax_percent:
        return ""
    return f"Includes {bill.tax_percent.normalize():f} % tax: {money(bill.tax, bill.currency)}"


def _sums(bill: Bill) -> Table:
    rows = [[printed(name, RIGHT), printed(amount, RIGHT)] for name, amount in sums_of(bill)]
    rows.append([printed("Total", STRONG_RIGHT), printed(money(bill.total, bill.currency), STRONG_RIGHT)])
    rows.append([printed(tax_line(bill), RIGHT_SMALL), ""])
    style = TableStyle(
        [
            *PLAIN.getCommands(),
            ("TOPPADDING", (0, 0), (-1, -1), 1),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
            ("SPAN", (0, -1), (-1, -1)),
        ]
    )
    return Table(rows, colWidths=(WIDTH - 30 * mm, 30 * mm), style=style)


def _account(bill: Bill) -> list[Flowable]:
    return [printed(line, STRONG_TEXT if is_strong else BODY) for line, is_strong in account_of(bill)]


def account_of(bill: Bill) -> list[tuple[str, bool]]:
    """What was paid and what went back, line by line; True for what corrects the invoice."""
    if bill.paid is None:
        return [("Paid on delivery, to the carrier.", False)]
    told = [(f"Paid: {money(bill.paid, bill.currency)}.", False)]
    for each in bill.given_back:
        when = by_clock(each.at, DAY)
        verb = "given back" if each.is_done else "on its way back"
        told.append((f"{money(each.amount, bill.currency)} {verb}, {when}. {each.reason}", False))
    if bill.corrected is not None:
        tax = f", of which tax {money(bill.corrected_tax, bill.currency)}" if bill.tax_percent else ""
        corrected = money(bill.corrected, bill.currency)
        told.append((f"Corrected after what was given back: this invoice comes to {corrected}{tax}.", True))
    return told
