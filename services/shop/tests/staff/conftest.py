"""Staff in every role, and one of everything to look at."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shop.chat.models import CannedAnswer, Opening, Room
from shop.contact.models import Message
from shop.coupons.models import Coupon, Discount
from shop.invoices.models import Invoice
from shop.notifications.models import Mail
from shop.orders.models import Order, OrderEvent, OrderLine
from shop.outbox.models import OutboxMessage
from shop.payments.models import Payment, Refund
from shop.returns.models import Return
from shop.reviews.models import Review
from shop.staff.roles import LETTERS
from shop.storelink.models import Feed, Retelling, SetAside, StoreEvent
from shop.webhooks.models import Delivery, Endpoint, Event

THEN = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


@pytest.fixture
def person_in(make_user):
    """This function will make somebody with these roles and nothing else."""

    def make(*roles: str, name: str = ""):
        person = make_user(name or "-".join(role.split()[0] for role in roles) or "Nobody", is_staff=True)
        person.groups.set(Group.objects.filter(name__in=roles))
        assert person.groups.count() == len(roles)
        return person

    return make


@pytest.fixture
def browser_of():
    def open_browser(person) -> Client:
        browser = Client()
        browser.force_login(person)
        return browser

    return open_browser


@pytest.fixture
def browser_in(person_in, browser_of):
    """This function will open a browser of somebody in a role, by its name; "" is staff without any."""
    return lambda role: browser_of(person_in(*([role] if role else [])))


@pytest.fixture
def each_role(browser_in):
    """Such a browser for each role."""
    return {role: browser_in(role) for role in (*LETTERS.values(), "")}


@pytest.fixture
def make_order(alice, make_book):
    """This function will write an order as it would be after some time, without going through its moves."""

    def make(state: str = "placed", *, at: datetime = THEN, book=None, quantity: int = 1, **fields) -> Order:
        book = book or make_book(1000 + Order.objects.count())
        order = Order(
            checkout_key=fields.pop("checkout_key", None) or Order._meta.get_field("number").default(),
            **{
                "user": alice,
                "email": "alice@secret.example",
                "state": state,
                "version": 1,
                "placed_at": at,
                "currency": "EUR",
                "total": quantity * book.price,
                "ship_name": "Alice Example",
                "ship_line1": "1 High Street",
                "ship_postcode": "10115",
                "ship_city": "Berlin",
                "ship_country": "DE",
                **fields,
            },
        )
        order.save(force_insert=True)
        OrderLine.objects.create(
            order=order,
            position=1,
            book=book,
            isbn13=book.isbn13,
            title=book.title,
            list_price=book.price,
            unit_price=book.price,
            quantity=quantity,
        )
        OrderEvent.objects.create(order=order, version=1, state=state, at=at, actor="customer")
        return order

    return make


def told(order: Order) -> dict:
    """What the store says of an order that it has just taken in."""
    return {
        "order": str(order.number),
        "version": 1,
        "status": "received",
        "at": THEN.isoformat(),
        "reason": "",
        "lines": [],
        "line_reasons": {},
    }


@pytest.fixture
def one_of_each(make_order, bob, make_book):
    """A row of each model that staff may look at, by the model's label."""
    order = make_order("placed", attention="A refund waits for a person.")
    other = make_order("shipped", at=THEN - timedelta(days=400))  # long off the pages that read what the store said
    due = {"next_at": THEN, "created_at": THEN}
    partner = Endpoint.objects.create(
        name="Partner", url="https://p.example/", created_at=THEN, failures=3, failing_since=THEN
    )
    event = Event.objects.create(kind="webhook.test", subject="endpoint:1", data={}, at=THEN)
    payment = Payment.objects.create(
        order=order, gateway="bank_transfer", amount=5, currency="EUR", state="pending", created_at=THEN
    )
    return {
        "accounts.user": bob,
        "catalogue.book": make_book(7),
        "chat.cannedanswer": CannedAnswer.objects.create(title="Hello", text="How can we help?"),
        "chat.opening": Opening.objects.create(changed_at=THEN, changed_by="olga@example.org"),
        "chat.room": Room.objects.create(
            key=order.number, order=order, email=order.email, network="n", opened_at=THEN, last_at=THEN
        ),
        "contact.message": Message.objects.create(
            key=order.number, name="Bob", email="bob@example.org", text="Where is it?", network="n", at=THEN
        ),
        "coupons.coupon": Coupon.objects.create(code="TEN", kind="percent", value=10),
        "coupons.discount": Discount.objects.create(name="Sale", percent=10, every_book=True, is_active=False),
        "invoices.invoice": Invoice.objects.create(number=1, order=other, issued_at=THEN, total=5),
        "notifications.mail": Mail.objects.create(
            key="k",
            event="one",
            kind="test",
            message_id="<1@x>",
            to="bob@example.org",
            subject="Hello",
            text="Hi",
            **due,
        ),
        "orders.order": order,
        "outbox.outboxmessage": OutboxMessage.objects.create(
            key=str(order.number), topic="order placed", body={}, **due
        ),
        "payments.payment": payment,
        "payments.refund": Refund.objects.create(payment=payment, key="r", amount=5, reason="late", **due),
        "returns.return": Return.objects.create(
            number=other.number, order=other, why="damaged", words="Torn.", asked_at=THEN
        ),
        "reviews.review": Review.objects.create(user=bob, book=make_book(8), rating=4, text="Good.", written_at=THEN),
        "storelink.feed": Feed.objects.get_or_create(name=Feed.Name.BOOKS)[0],
        "storelink.retelling": Retelling.objects.create(order=order, at=THEN),
        "storelink.setaside": SetAside.objects.create(
            feed="books", key="9", reason="bad", body={}, first_at=THEN, last_at=THEN + timedelta(hours=1)
        ),
        "webhooks.delivery": Delivery.objects.create(endpoint=partner, event=event, key="1:endpoint:1", **due),
        "webhooks.endpoint": partner,
        "storelink.storeevent": StoreEvent.objects.create(order=other, version=1, body=told(other), heard_at=THEN),
    }


@pytest.fixture
def statements():
    def count(call) -> int:
        with CaptureQueriesContext(connection) as spent:
            call()
        return len(spent)

    return count
