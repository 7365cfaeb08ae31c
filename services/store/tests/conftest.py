"""The fixed cast and the ways in: Alice buys, Bob is another buyer, Dan packs, Olga owns."""

import os

# Before the settings are read. The tests run as production does.
os.environ.setdefault("SECRET_KEY", "tests-only-" + "k" * 40)
os.environ["DEBUG"] = "0"
os.environ["BROKER_URL"] = os.environ["REDIS_URL"] = ""  # the store needs neither, and the tests show it

from datetime import UTC, datetime, timedelta  # noqa: E402
from decimal import Decimal  # noqa: E402
from pathlib import Path  # noqa: E402
from uuid import uuid4  # noqa: E402

import pytest  # noqa: E402
from emptying import quickly_emptied  # noqa: E402, F401
from quicker import (  # noqa: E402, F401
    few_looks_for_garbage,
    only_the_whole_page_is_noted,
    static_files_are_found_when_asked_for,
)
from rest_framework.test import APIClient  # noqa: E402

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
# Real ISBNs; more are counted up by `isbn_number`.
TITLES = {
    "9780141439518": ("Pride and Prejudice", ["Jane Austen"], "12.50"),
    "9780141441146": ("Jane Eyre", ["Charlotte Brontë"], "9.90"),
    "9780140449136": ("Crime and Punishment", ["Fyodor Dostoevsky"], "14.00"),
}


def isbn_number(n: int) -> str:
    """The n-th ISBN-13 of the tests' own, with its right check digit."""
    digits = f"9791{n:08d}"
    return digits + str(-sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(digits)) % 10)


def badly_named(copy, barcode):
    """The copy with a barcode that was taken before the database looked at them."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE stock_bookitem DISABLE TRIGGER stock_require_new_barcode")
        cursor.execute("UPDATE stock_bookitem SET barcode = %s WHERE id = %s", [barcode, copy.pk])
        cursor.execute("ALTER TABLE stock_bookitem ENABLE TRIGGER stock_require_new_barcode")
    copy.barcode = barcode
    return copy


def all_is_told() -> None:
    """Wait until no transaction is open that began before now.

    Feeds wait for every open transaction of the cluster, also for those of tests that run beside this one. The first
    reading of a database numbers its rows anew, so that is done before.
    """
    from django.db import connection

    from store.feed import epoch

    epoch.renew()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text")
        now = cursor.fetchone()[0]
        for _ in range(6_000):
            cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot()) >= %s::xid8, pg_sleep(0.01)", [now])
            if cursor.fetchone()[0]:
                return
    pytest.fail("A transaction has been open for a minute.")


@pytest.fixture(autouse=True)
def own_media_and_quick_passwords(settings, tmp_path):
    settings.STAFF_TOTP = False  # the staff of the tests have no telephones; test_second_step.py gives them one
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MEDIA_ROOT = str(tmp_path / "media")
    settings.PRIVATE_ROOT = str(tmp_path / "private")


@pytest.fixture
def books(db):
    """Three books; the first with three copies B1-1…B1-3, the second with one, the third with none."""
    from django.db import transaction

    from store.catalogue.models import Book
    from store.stock.models import Origin
    from store.stock.operations import Delivery, receive_copies

    made = [
        Book.objects.create(isbn13=isbn, title=title, authors=authors, price=Decimal(price), language="en")
        for isbn, (title, authors, price) in TITLES.items()
    ]
    with transaction.atomic():
        for minutes, (book, barcode) in enumerate(
            [(made[0], "B1-1"), (made[0], "B1-2"), (made[0], "B1-3"), (made[1], "B2-1")]
        ):
            copy = Delivery(book.id, shelf=f"A-{minutes}", barcode=barcode)
            receive_copies([copy], origin=Origin.HAND, actor="olga@example.org", now=NOW + timedelta(minutes=minutes))
    return made


@pytest.fixture
def order_body():
    """Answer the body the shop sends for so many copies of each book."""

    def body(*wanted, **changes):
        lines = [
            {
                "line": number,
                "book": book.id,
                "isbn13": book.isbn13,
                "title": book.title,
                "quantity": quantity,
                "unit_price": str(book.price),
            }
            for number, (book, quantity) in enumerate(wanted, start=1)
        ]
        address = {
            "name": "Alice Reader",
            "line1": "Elm Street 1",
            "postcode": "10115",
            "city": "Berlin",
            "country": "DE",
        }
        return {
            "placed_at": "2026-11-21T10:00:00Z",
            "payment": "on_delivery",
            "total": str(sum(book.price * quantity for book, quantity in wanted)),
            "currency": "EUR",
            "ship_to": address | {"line2": "", "phone": ""},
            "note": "",
            "lines": lines,
        } | changes

    return body


@pytest.fixture
def accept(order_body):
    """Take an order of the shop in, past the API; answer it."""
    from store.api.serializers import OrderSerializer
    from store.orders.accepting import accept_order

    def accepted(*wanted, number=None, client="shop", **changes):
        form = OrderSerializer(data=order_body(*wanted, **changes))
        form.is_valid(raise_exception=True)
        return accept_order(form.new_order(number or uuid4()), client=client, actor=client, now=NOW).order

    return accepted


@pytest.fixture
def service(db):
    """Answer an API client with a credential of these scopes."""
    from store.api.operations import register

    def client(*scopes, name="shop"):
        token = f"token-of-{name}-{'-'.join(scopes)}"
        register(name=name, token=token, scopes=scopes, overlap=timedelta(days=1), now=NOW)
        return APIClient(HTTP_AUTHORIZATION=f"Bearer {token}")

    return client


@pytest.fixture
def shop(service):
    return service("orders:push", "feeds:read")


@pytest.fixture
def line_to_store(live_server, tmp_path):
    """Opens lines to the live store with a credential of these scopes."""
    from tests.lines import PatientClient

    from store.api.operations import register
    from store_client import TokenFile

    lines = []

    def line(*scopes, name="shop"):
        token = f"token-of-{name}-{'-'.join(scopes)}"
        register(name=name, token=token, scopes=scopes, overlap=timedelta(days=1), now=NOW)
        file = tmp_path / f"{name}-token"
        file.write_text(token)
        lines.append(PatientClient(live_server.url, TokenFile(file)))
        return lines[-1]

    yield line
    for opened in lines:
        opened.__exit__()


@pytest.fixture
def staff(db, django_user_model):
    """Answer a browser session of someone in this role."""
    from django.apps import apps
    from django.test import Client

    from store.accounts import roles
    from store.accounts.operations import ensure_user

    roles.set_up(apps)  # tests that empty all tables took the groups with them

    def session(role, email=None):
        email = email or {"owner": "olga@example.org", "packer": "dan@example.org"}.get(role, f"{role}@example.org")
        ensure_user(email=email, role=role, password="not-used-here-1", name=email.split("@")[0].title())
        client = Client()
        client.force_login(django_user_model.objects.get(email=email))
        return client

    return session


@pytest.fixture
def together():
    """Run the calls at the same moment, each in a thread with a database connection of its own; answer the results.

    What a call raises is its result.
    """
    from concurrent.futures import ThreadPoolExecutor
    from threading import Barrier

    from django.db import connection

    def run(*calls):
        start = Barrier(len(calls))

        def one(call):
            start.wait()
            try:
                return call()
            except Exception as error:
                return error
            finally:
                connection.close()

        with ThreadPoolExecutor(len(calls)) as pool:
            return list(pool.map(one, calls))

    return run


@pytest.fixture
def repository() -> Path:
    return Path(__file__).parents[3]
