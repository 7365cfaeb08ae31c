"""Staff in every role, and one of everything to look at."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from tests.conftest import NOW

from store.accounts.roles import LETTERS
from store.api.models import BookWrite, ServiceCredential
from store.catalogue.models import Category
from store.counting.operations import start
from store.holds.operations import Line, take_hold
from store.importing.models import ImportRun
from store.labels import batches
from store.labels.models import Kind, Paper
from store.orders import packing
from store.orders.models import Order
from store.orders.parcels import Parcel
from store.receiving.operations import announce
from store.returns.accepting import NewReturn, Wanted, accept_return
from store.stock.models import BookItem

WHO = {"actor": "olga@example.org", "now": NOW}


@pytest.fixture
def browser_of(db, django_user_model):
    """A browser of somebody in this role; of staff without any for a blank one."""

    def session(group: str) -> Client:
        address = f"{group.split()[0].lower() if group else 'nobody'}@example.org"
        person = django_user_model.objects.create_user(address, "x", is_staff=True)
        person.groups.set(Group.objects.filter(name=group))
        browser = Client()
        browser.force_login(person)
        return browser

    return session


@pytest.fixture
def one_of_each(books, accept, django_user_model):
    """A row of each model that staff may look at, by the model's label; and the parcel of an order that was sent."""
    sent = accept((books[0], 1))
    packing.dispatch(order_id=sent.pk, barcodes=["B1-1"], **WHO)
    wanted = NewReturn(
        number=uuid4(),
        order=sent.number,
        lines=[Wanted(1, 1)],
        why="not_wanted",
        words="",
        asked_at=NOW,
        fingerprint="x",
    )
    batch = batches.ask_for(Kind.SHELVES, ["A-1"], Paper.ROLL, start=1, **WHO)
    batches.work_on(lambda: NOW, run_for=timedelta(seconds=9))
    return {
        "accounts.user": django_user_model.objects.create_user("other@example.org", "x", is_staff=True),
        "auth.group": Group.objects.get(name=next(iter(LETTERS.values()))),
        "api.servicecredential": ServiceCredential.objects.create(name="shop", token_sha256="x", scopes=[]),
        "api.bookwrite": BookWrite.objects.create(
            client="shop", key=uuid4(), actor="o", verb="added", book_id=books[0].pk, isbn13="x", changes={}, at=NOW
        ),
        "catalogue.book": books[0],
        "catalogue.category": Category.objects.create(name="Fiction"),
        "stock.bookitem": BookItem.objects.get(barcode="B1-3"),
        "orders.order": accept((books[0], 1)),
        "holds.hold": take_hold(number=uuid4(), client="shop", lines=[Line(1, books[1].pk, 1)], now=NOW)[0],
        "returns.return": accept_return(wanted, client="shop", actor="shop", now=NOW)[0],
        "importing.importrun": ImportRun.objects.create(
            state="done", format="onix", name="x", size_bytes=1, uploaded_by="o", ended_at=NOW, client="shop"
        ),
        "receiving.delivery": announce(supplier="S", reference="1", books={books[2].pk: 1}, **WHO),
        "counting.shelfcount": start(shelf="A-1", blind=False, **WHO),
        "labels.labelbatch": batch,
        "orders.parcel": Parcel.objects.get(order=sent),
    }


@pytest.fixture
def unpaid(books, accept):
    """An order that was paid beforehand when its parcel was sealed, and is not any more; with its own words."""
    order = accept(
        (books[1], 1),
        payment="prepaid",
        paid="9.90",
        note="Owed Note",
        ship_to={"name": "Owen Owing", "line1": "Owed Lane 1", "postcode": "1", "city": "Owe", "country": "DE"}
        | {"line2": "", "phone": ""},
    )
    packing.choose_copies(order_id=order.pk, barcodes=["B2-1"], **WHO)
    Order.objects.filter(pk=order.pk).update(paid="1.00")
    return Order.objects.get(pk=order.pk)
