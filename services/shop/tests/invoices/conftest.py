import uuid
from decimal import Decimal

import pytest
from tests.payments.conftest import HOME

from shop.invoices import operations
from shop.invoices.models import Invoice
from shop.orders.models import Order, OrderEvent, OrderLine
from shop.orders.states import State


@pytest.fixture
def sent(alice, make_book, now):
    """This function will make an order that was sent and billed: (title, copies, price) by line, and fields of the order."""

    def make(*lines, shipped=None, line_fields=None, **fields) -> Invoice:
        lines = lines or (("Emma", 2, "12.50"),)
        goods = sum(copies * Decimal(price) for _, copies, price in lines)
        ship_to = {f"ship_{name}": value for name, value in vars(HOME).items()}
        fields = {"user": alice, "email": alice.email, "total": goods, "placed_at": now, **ship_to, **fields}
        order = Order.objects.create(
            number=uuid.uuid4(), checkout_key=uuid.uuid4(), currency="EUR", state=State.SHIPPED, version=2, **fields
        )  # fmt: skip
        OrderEvent.objects.create(order=order, version=1, state=State.PLACED, at=now, actor="customer")
        OrderEvent.objects.create(order=order, version=2, state=State.SHIPPED, at=now, actor="warehouse")
        first = 1 + OrderLine.objects.count()
        for position, (title, copies, price) in enumerate(lines, start=1):
            book = make_book(first + position, title=title, price=price)
            OrderLine.objects.create(
                order=order, position=position, book=book, isbn13=book.isbn13, title=title, authors="Jane Austen",
                unit_price=price, quantity=copies, shipped=copies if shipped is None else shipped,
                **{"list_price": price, **(line_fields or {})},
            )  # fmt: skip
        order.refresh_from_db()
        operations.issue([(order, list(order.lines.order_by("position")))], now=now)
        return Invoice.objects.select_related("order").get(order=order)

    return make
