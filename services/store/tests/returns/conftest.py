from uuid import uuid4

import pytest
from tests.conftest import NOW

from store.orders.models import Order
from store.orders.packing import dispatch
from store.returns.accepting import NewReturn, Wanted, accept_return
from store.returns.models import Return
from store.returns.operations import approve
from store.stock.models import BookItem

OLGA = {"actor": "olga@example.org", "now": NOW}
DAN = {"actor": "dan@example.org", "now": NOW}


@pytest.fixture
def sent(accept):
    """Answer an order that was packed and sent with so many copies of each book."""

    def make(*wanted, **changes) -> Order:
        order = accept(*wanted, **changes)
        free = BookItem.objects.filter(state="available").order_by("id")
        copies = [copy for book, number in wanted for copy in free.filter(book=book)[:number]]
        return dispatch(order_id=order.id, barcodes=[copy.barcode for copy in copies], **DAN)

    return make


@pytest.fixture
def asked():
    """Take a return of an order in, past the API: so many copies of each line."""

    def make(order: Order, *wanted, number=None, **changes) -> Return:
        facts = {"why": "not_wanted", "words": "", "asked_at": NOW, "fingerprint": str(wanted)} | changes
        lines = [Wanted(line, quantity) for line, quantity in wanted]
        new = NewReturn(number=number or uuid4(), order=order.number, lines=lines, **facts)
        return accept_return(new, client=order.client, actor=order.client, now=NOW)[0]

    return make


@pytest.fixture
def approved(asked):
    def make(order: Order, *wanted, **changes) -> Return:
        return approve(return_id=asked(order, *wanted, **changes).pk, **OLGA)

    return make
