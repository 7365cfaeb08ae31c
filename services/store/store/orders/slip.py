"""A parcel's packing slip on paper: what lies in it, for whom, and the order as bars. It names no price and no bill."""

from io import BytesIO

from django.conf import settings
from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import LongTable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from store.clock import by_clock
from store.orders import queries
from store.orders.models import Allocation
from store.orders.parcels import Parcel
from store.paper.letters import FONT, letters, words

MARGIN = 18 * mm
WIDTH = A4[0] - 2 * MARGIN
BODY = ParagraphStyle("body", fontName=FONT, fontSize=10, leading=14)
SMALL = ParagraphStyle("small", parent=BODY, fontSize=8, leading=11)
TITLE = ParagraphStyle("title", parent=BODY, fontSize=18, leading=24)
BAR_MM = 0.33  # narrow bars: what a hand scanner reads from paper at arm's length


def draw(parcel: Parcel) -> bytes:
    """This function will answer the PDF, A4, as many pages as it takes. The same parcel is the same bytes.

    :param parcel: read with its order.
    """
    letters()
    order, into = parcel.order, BytesIO()
    paper = SimpleDocTemplate(
        into,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN,
        title=f"Packing slip {order.reference}, parcel {parcel.number}",
        invariant=1,
    )
    note = [_text(f"Your note: {order.note}"), Spacer(0, 8 * mm)] if order.note else []
    paper.build([_head(parcel), Spacer(0, 8 * mm), _facts(parcel), Spacer(0, 8 * mm), *note, _books(parcel)])
    return into.getvalue()


def _text(told: str, style: ParagraphStyle = BODY, *, width: float = WIDTH) -> Paragraph:
    return words(told, style, width=width)


def _head(parcel: Parcel) -> Table:
    order = parcel.order
    bars = Code128(order.reference, barWidth=BAR_MM * mm, barHeight=14 * mm, quiet=True)
    told = [_text(f"Order {order.reference}", TITLE), _text(f"Packing slip · parcel {_number(parcel)}")]
    told += [_text("\n".join(["From", *sender]), SMALL, width=WIDTH - 80 * mm)] if (sender := _sender()) else []
    return Table([[told, [bars, _text(order.reference, SMALL)]]], [WIDTH - 80 * mm, 80 * mm], style=_PLAIN)


def _sender() -> list[str]:
    return [line.strip() for line in settings.RETURN_ADDRESS.split("|") if line.strip()]


def _number(parcel: Parcel) -> str:
    """Such as "2 of 3" once all that the order gets is packed; before that nobody knows of how many."""
    order = parcel.order
    packed = Allocation.objects.filter(line__order=order, released_at__isnull=True)
    numbers = sorted(set(packed.values_list("parcel__number", flat=True)))
    is_complete = all(line.packed == line.to_deliver for line in queries.lines_with_packed(order))
    if not is_complete or numbers != list(range(1, len(numbers) + 1)):
        return str(parcel.number)
    return f"{parcel.number} of {len(numbers)}"


def _facts(parcel: Parcel) -> Table:
    order, to = parcel.order, parcel.order.ship_to
    place = " ".join(filter(None, [to.get("postcode"), to.get("city")]))
    address = [to.get("name"), to.get("line1"), to.get("line2"), place, to.get("country")]
    facts = [f"Placed: {by_clock(order.placed_at, '%-d %B %Y')}"]
    facts += [f"Carrier: {parcel.carrier}"] if parcel.carrier else []
    facts += [f"Tracking code: {parcel.tracking}"] if parcel.tracking else []
    facts += [f"Weight: {parcel.weight_g} g"] if parcel.weight_g else []
    cells = [_text("Ship to\n" + "\n".join(filter(None, address)), width=WIDTH / 2), _text("\n".join(facts))]
    return Table([cells], [WIDTH / 2, WIDTH / 2], style=_PLAIN)


def _books(parcel: Parcel) -> LongTable:
    inside: dict[int, list] = {}
    live = Allocation.objects.filter(parcel=parcel, released_at__isnull=True).select_related("line", "copy")
    for allocation in live.order_by("line__line", "id"):
        inside.setdefault(allocation.line.line, []).append(allocation)
    copies, isbn = 18 * mm, 40 * mm
    title = WIDTH - copies - isbn
    rows = [[_text("Copies", SMALL), _text("Book", SMALL), _text("ISBN", SMALL)]]
    for allocations in inside.values():
        line = allocations[0].line
        labels = ", ".join(allocation.copy.barcode for allocation in allocations)
        book = [_text(line.title, width=title), _text(labels, SMALL, width=title)]
        rows.append([_text(str(len(allocations))), book, _text(line.isbn13)])
    total = sum(len(allocations) for allocations in inside.values())
    rows.append([_text(str(total)), _text("copies in this parcel" if total != 1 else "copy in this parcel"), ""])
    return LongTable(rows, [copies, title, isbn], repeatRows=1, style=_RULED)


_PLAIN = TableStyle(
    [("LEFTPADDING", (0, 0), (-1, -1), 0), ("RIGHTPADDING", (0, 0), (-1, -1), 0), ("VALIGN", (0, 0), (-1, -1), "TOP")]
)
_RULED = TableStyle([*_PLAIN.getCommands(), ("LINEBELOW", (0, 0), (-1, -1), 0.4, "#999999")])
