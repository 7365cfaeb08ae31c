"""What goes back for copies that came back: what was paid for them, and never more than was taken."""

from datetime import datetime
from decimal import Decimal

from django.db.models import F, Sum

from shop.orders.models import Order, OrderLine
from shop.pages.wording import money
from shop.payments.models import Refund
from shop.payments.refunds import give_back
from shop.payments.states import State as PaymentState
from shop.returns.models import Return, ReturnLine

ZERO = Decimal("0.00")
ATTENTION_LENGTH = 200


def price_of_returned(lines: list[tuple[ReturnLine, int]]) -> Decimal:
    """What was paid for copies that came back now: pairs of a line of a return and how many more of it are paid back.

    The price of all copies of a line, less a coupon, is shared out so that the parts add up to it; see OrderLine.price_of.
    """
    amount = ZERO
    for line, number in lines:
        before = ReturnLine.objects.filter(line=line.line).aggregate(sum=Sum("refund"))["sum"] or 0
        amount += _price(line.line, before, before + number)
    return amount


def give_back_returned(found: Return, amount: Decimal, *, reason: str, now: datetime) -> Refund | None:
    """Step: give back the price of copies of a locked order; what no payment has is noted for a person."""
    order = found.order
    kept = order.payments.filter(state=PaymentState.CAPTURED, settled_at__isnull=False, captured__gt=F("refunded"))
    payment = kept.filter(captured_currency=order.currency).order_by("captured_at").select_for_update().first()
    from_payment = min(amount, payment.kept) if payment else ZERO
    if amount > from_payment:
        _by_hand(order, found, amount - from_payment)
    if not from_payment:
        return None
    return give_back(payment, from_payment, cause=cause_of(found, found.version), reason=reason, now=now)


def cause_of(found: Return, version: int) -> str:
    """What makes the refund of a version unique among those of its payment."""
    return f"r{found.number.hex[:12]}-{version}"


def _price(line: OrderLine, before: int, after: int) -> Decimal:
    return line.price_of(line.shipped - before) - line.price_of(max(line.shipped - after, 0))


def _by_hand(order: Order, found: Return, amount: Decimal) -> None:
    """Money that was paid to the carrier, or has gone back already, is in no payment that the shop could turn round."""
    found.by_hand += amount
    call = f"{money(amount, order.currency)} for return {found.reference} to be paid back by hand."
    order.attention = f"{order.attention} {call}".strip()[:ATTENTION_LENGTH]
    order.save(update_fields=["attention"])
