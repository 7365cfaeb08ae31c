"""Lines from the client to the store, and what is said over them."""

from decimal import Decimal

import pytest
from tests.conftest import NOW, all_is_told

from store_client import NewOrder, NewOrderLine, StoreClient, StoreRefused


class PatientClient(StoreClient):
    """Reads a feed when no test beside this one holds it back."""

    patient = True

    def _page(self, *args):
        if self.patient:
            all_is_told()
        return super()._page(*args)


def order_of(*wanted, note="") -> dict:
    """An order as the shop writes it."""
    return NewOrder(
        placed_at=NOW,
        payment="on_delivery",
        delivery=Decimal(0),
        total=sum((book.price * quantity for book, quantity in wanted), Decimal(0)),
        currency="EUR",
        ship_to={
            "name": "Alice Reader",
            "line1": "Elm Street 1",
            "line2": "",
            "postcode": "10115",
            "city": "Berlin",
            "country": "DE",
            "phone": "",
        },
        note=note,
        lines=tuple(
            NewOrderLine(number, book.id, book.isbn13, book.title, quantity, book.price, book.price * quantity)
            for number, (book, quantity) in enumerate(wanted, start=1)
        ),
    ).body()


def refusal(call, *args):
    with pytest.raises(StoreRefused) as refused:
        call(*args)
    return refused.value.problem


def read_all(fetch):
    rows, after = [], ""
    while True:
        page = fetch(after)
        assert page.bad == ()
        rows += page.rows
        after = page.next
        if not page.more:
            return rows, after
