"""Questions about stock."""

from collections.abc import Collection

from django.db import connection
from django.db.models import Count

from store.stock.models import BookItem, Origin

LEDGER_DIFFERENCES_SQL = """
    SELECT copy.id FROM stock_bookitem copy
    LEFT JOIN LATERAL (
        SELECT to_state FROM stock_ledgerline WHERE copy_id = copy.id ORDER BY id DESC LIMIT 1
    ) latest ON true
    WHERE latest.to_state IS DISTINCT FROM copy.state ORDER BY copy.id
"""


def copies_that_differ_from_ledger() -> list[int]:
    """Copies whose state is not the one their last ledger line left them in. Empty, unless there is a fault."""
    with connection.cursor() as cursor:
        cursor.execute(LEDGER_DIFFERENCES_SQL)
        return [row[0] for row in cursor.fetchall()]


def numbers_brought(book_ids: Collection[int], origin: Origin) -> dict[int, int]:
    """How many copies of each book ever came this way, sold or not."""
    rows = BookItem.objects.filter(book_id__in=book_ids, origin=origin).values("book_id")
    return dict(rows.annotate(number=Count("id")).values_list("book_id", "number"))
