import json
import sys
from collections import Counter
from datetime import date

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from shop.clock import by_clock
from shop.orders.models import Order
from shop.orders.story import numbers_like
from shop.upkeep.catcher import Captured, captured
from shop.upkeep.letters_due import Facts, facts_of
from shop.upkeep.matrix import DOUBLED, MISSING, Line, judge
from shop.upkeep.matrix_page import HEADS, orders_of

AT_ONCE = 500


class Command(BaseCommand):
    help = (
        "Compare what each order's customer should have been told with what was sent and what the mail catcher has. "
        "Exit code 1 when a letter is missing or doubled."
    )

    def add_arguments(self, parser):
        parser.add_argument("orders", nargs="*", metavar="ORDER", help="full number or reference; none means all")
        parser.add_argument("--since", type=date.fromisoformat, help="placed on this day or later, as 2026-11-25")
        parser.add_argument("--until", type=date.fromisoformat, help="placed on this day or before")
        parser.add_argument("--json", action="store_true")

    def handle(self, *, orders: list[str], since, until, json: bool, **options):
        facts = list(_facts(_asked_for(orders, since, until)))
        seen = captured(settings.MAIL_API_URL, since=min((fact.order.placed_at for fact in facts), default=None))
        lines = judge(facts, seen)
        self.stdout.write(_json(lines, seen) if json else _text(lines, seen, in_full=bool(orders)))
        if any(line.wrong for line in lines):
            sys.exit(1)


def _asked_for(orders: list[str], since, until):
    found = orders_of(since=since, until=until)
    if not orders:
        return found
    numbers = {text: numbers_like(text) for text in orders}
    known = set(
        Order.objects.filter(pk__in=[one for some in numbers.values() for one in some]).values_list("pk", flat=True)
    )
    for text, some in numbers.items():
        if not known.intersection(some):
            raise CommandError(f"The shop has no order {text}.")
    return found.filter(pk__in=known)


def _facts(orders) -> list[Facts]:
    chunk = []
    for order in orders.iterator(chunk_size=AT_ONCE):
        chunk.append(order)
        if len(chunk) == AT_ONCE:
            yield from facts_of(chunk)
            chunk = []
    yield from facts_of(chunk)


def _text(lines: list[Line], seen: Captured, *, in_full: bool) -> str:
    told = [seen.error] if seen.error else []
    for line in lines:
        cells = line.cells if in_full else line.wrong
        if cells:
            told.append(f"{line.order.reference} {line.order.number} {line.order.email}")
        for cell in cells:
            why = f"  {cell.why}" if cell.why else ""
            told.append(
                f"  {by_clock(cell.at, '%F %T')}  {HEADS.get(cell.kind, cell.kind):22} {cell.verdict}  ({cell.counts}){why}"
            )
    verdicts = Counter(cell.verdict for line in lines for cell in line.cells)
    told.append(", ".join([f"{len(lines)} orders", *(f"{number} {verdict}" for verdict, number in verdicts.items())]))
    return "\n".join(told)


def _json(lines: list[Line], seen: Captured) -> str:
    cells = [cell for line in lines for cell in line.cells]
    body = {
        "orders": len(lines),
        "wanted": sum(cell.wanted for cell in cells),
        "sent": sum(cell.sent for cell in cells),
        "captured": None if seen.error else sum(cell.captured or 0 for cell in cells),
        "catcher": seen.error or settings.MAIL_API_URL,
        "missing": sum(cell.verdict in MISSING for cell in cells),
        "doubled": sum(cell.verdict in DOUBLED for cell in cells),
        "verdicts": Counter(str(cell.verdict) for cell in cells),
        "wrong": [_plain(line, cell) for line in lines for cell in line.wrong],
    }
    return json.dumps(body, indent=2, ensure_ascii=False)


def _plain(line: Line, cell) -> dict:
    return {
        "order": str(line.order.number),
        "event": cell.kind,
        "at": cell.at.isoformat(),
        "wanted": cell.wanted,
        "sent": cell.sent,
        "captured": cell.captured,
        "verdict": str(cell.verdict),
        "why": cell.why,
    }
