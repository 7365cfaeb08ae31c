"""What stands between the prices of the books and the total: the same on pages, in letters and on the bill."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from shop.coupons.pricing import tax_in
from shop.orders.models import Order, OrderLine
from shop.pages.wording import money, percent


def all_of(lines: Iterable[OrderLine]) -> dict[OrderLine, int]:
    return {line: line.quantity for line in lines}


def sums(order: Order, copies: Mapping[OrderLine, int]) -> list[tuple[str, str]]:
    """This function will list coupon and delivery of an order, or of a part of it, as pairs of a label and an amount."""
    saved = sum((number * line.unit_price - line.price_of(number) for line, number in copies.items()), Decimal(0))
    rows = [(f"Coupon {order.coupon_code}", f"\N{MINUS SIGN}{money(saved, order.currency)}")] if saved else []
    if order.delivery and any(copies.values()):
        rows.append(("Delivery", money(order.delivery, order.currency)))
    elif order.coupon_code and not order.discount:
        rows.append((f"Delivery, coupon {order.coupon_code}", "free"))
    return rows


def tax_sentence(order: Order, total: Decimal) -> str:
    """How much of a total is tax; empty if the order has none."""
    if not order.tax_percent:
        return ""
    tax = money(tax_in(total, order.tax_percent), order.currency)
    return f"Includes {percent(order.tax_percent)} tax, {tax}."
