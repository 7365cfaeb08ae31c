"""What became of a copy, in one sentence. The story of a whole order is told by `store.story`."""

from store.clock import by_clock
from store.orders.models import Order
from store.stock.models import BookItem, CopyState, LedgerLine

WHERE_IT_WENT = {
    CopyState.EXPECTED: "is expected with a delivery",
    CopyState.AVAILABLE: "has been on the shelf",
    CopyState.ALLOCATED: "is in the box",
    CopyState.PACKED: "was packed",
    CopyState.SHIPPED: "was shipped",
    CopyState.RETURNED: "came back",
    CopyState.MISSING: "was noted as missing",
    CopyState.DAMAGED: "was noted as damaged",
    CopyState.WRITTEN_OFF: "was written off",
}


def copy_in_a_sentence(copy: BookItem, last: LedgerLine) -> str:
    """What became of a copy.

    :param last: the copy's latest line of the ledger.
    """
    of_order = f" for order {Order(number=last.order_number).reference}" if last.order_number else ""
    note = f": {last.note}" if last.note else ""
    went = f"{WHERE_IT_WENT[CopyState(copy.state)]}{of_order} since {by_clock(last.at)}, {last.actor}{note}"
    return f"Copy {copy.barcode} of “{copy.book}” {went}."
