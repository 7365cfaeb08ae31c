"""A copy that is not on its shelf, or cannot be sold: one press at the bench."""

from store.orders import awaiting, shortfall
from store.orders.at_bench import Bench, Scanned, on_shelf
from store.orders.codes import Command
from store.orders.models import OrderLine, OrderState
from store.orders.operations import end
from store.orders.packing import PackingRefused
from store.stock.models import BookItem, Condition, CopyState, CountTask, Reason
from store.stock.operations import Shift, lock_copies, lock_levels, move_copies

# What is noted of the copy, and in which words.
NOTED = {
    Command.CANNOT_FIND: (CopyState.MISSING, "looked for in vain"),
    Command.DAMAGED: (CopyState.DAMAGED, "found damaged"),
}


def note(bench: Bench, scanned: Scanned) -> str:
    """Step: note the offered copy as missing or damaged, have its shelf counted, and say what to do now.

    While another copy is free that one is named. If all on the shelf are promised, or kept for older orders that wait, the
    order itself is a copy short: what its customer chose is done.
    """
    order, (state, why) = bench.order, NOTED[scanned.what]
    copy, line = _offered(bench, scanned)
    level = lock_levels([copy.book_id])[copy.book_id]
    in_vain = f"{why} for order {order.reference}"
    older = awaiting.older_want(order, copy.book_id) if level.awaited else 0
    is_short = level.unpromised <= older
    shifts = {copy.book_id: Shift(reserved=-is_short, awaited=int(is_short and order.waits_for_all))}
    told = {"actor": bench.packer, "now": bench.now, "order_number": order.number, "note": in_vain}
    move_copies([copy], state, reason=Reason.COUNTED, shifts=shifts, **told)
    CountTask.ask(copy, why=f"Copy {copy.barcode} was {in_vain}.", now=bench.now)
    for each in bench.lines:
        each.next = [one for one in each.next if one["barcode"] != copy.barcode]
    words = f"Copy {copy.barcode} of “{copy.book}” is noted as {state.label}."
    if is_short:
        return f"{words} {_fall_short(bench, line, why)}"
    order.save(update_fields=["packer", "claimed_until"])
    other = line.next and f"Take {line.next[0]['barcode']}{on_shelf(line.next[0]['shelf'])} instead."
    return f"{words} {other or ''}".strip()


def _offered(bench: Bench, scanned: Scanned) -> tuple[BookItem, OrderLine]:
    ids = BookItem.objects.filter(barcode=scanned.offered).values_list("id", flat=True)
    copy = next(iter(lock_copies(ids)), None)
    wanting = [line for line in bench.lines if line.packed + line.awaited < line.to_deliver]
    line = copy and next((line for line in wanting if line.book_id == copy.book_id), None)
    if not line or (copy.state, copy.condition) != (CopyState.AVAILABLE, Condition.NEW):
        raise PackingRefused("The copy that was looked for is no longer on the shelf: look for the one named now.")
    return copy, line


def _fall_short(bench: Bench, line: OrderLine, why: str) -> str:
    """Step: the order does without the copy, or waits for one; its promise is void by now."""
    order = bench.order
    line.short_reason = f"A copy was {why}, and no other is free."
    order.revision += 1
    if order.waits_for_all:
        line.awaited += 1
        line.save(update_fields=["awaited", "short_reason"])
        shortfall.go_on(order, actor=bench.packer, now=bench.now)
        return "No other is free: the order waits for one, as its customer chose. Leave it and take the next."
    line.short += 1
    line.save(update_fields=["short", "short_reason"])
    if any(each.to_deliver for each in bench.lines):
        shortfall.go_on(order, actor=bench.packer, now=bench.now)
        return "No other is free: the order goes on without it, and its customer is told."
    end(order, OrderState.FAILED, reason=line.short_reason, actor=bench.packer, now=bench.now)
    return f"No other is free: nothing is left of order {order.reference}, and its customer is told."
