"""An order as the store hears of it."""

from decimal import Decimal

from shop.orders.models import Order, OrderLine
from store_client import NewOrder, NewOrderLine


def new_order(order: Order, lines: list[OrderLine]) -> dict:
    """This function will write the message that hands an order to the store, all of it frozen in the order itself."""
    return NewOrder(
        placed_at=order.placed_at,
        payment=str(order.payment),
        paid=order.total if order.payment == Order.Payment.PREPAID else Decimal("0.00"),
        total=order.total,
        delivery=order.delivery,
        currency=order.currency,
        ship_to={
            "name": order.ship_name,
            "line1": order.ship_line1,
            "line2": order.ship_line2,
            "postcode": order.ship_postcode,
            "city": order.ship_city,
            "country": order.ship_country,
            "phone": order.ship_phone,
        },
        note=order.note,
        if_short=str(order.if_short),
        lines=tuple(
            NewOrderLine(
                line=line.position,
                book=line.book_id,
                isbn13=line.isbn13,
                title=line.title,
                quantity=line.quantity,
                unit_price=line.unit_price,
                to_pay=line.to_pay,
            )
            for line in lines
        ),
    ).body()
