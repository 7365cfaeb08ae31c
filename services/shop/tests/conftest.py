"""The cast: Alice buys, Bob is another buyer, Olga owns the shop. The database is a real Postgres (DATABASE_URL)."""

import math
import os
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from emptying import quickly_emptied  # noqa: F401
from quicker import (  # noqa: F401
    few_looks_for_garbage,
    only_the_whole_page_is_noted,
    static_files_are_found_when_asked_for,
)

AT_THE_SAME_TIME = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def quiet_and_private(settings, tmp_path, monkeypatch):
    """No test rings a real bell, leaves files behind, or fails because the machine is busy."""
    from django.core.cache import cache

    from shop import bell
    from shop.api import at_hand
    from shop.orders import holding
    from shop.staff import maintenance
    from worker_bell import Bell

    monkeypatch.setattr(bell, "_bell", Bell(""))
    monkeypatch.setattr(holding, "WITHIN_S", 20.0)  # the test of the two seconds takes them back
    settings.MEDIA_ROOT = str(tmp_path / "media")
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STAFF_TOTP = False  # the staff of the tests have no telephones; test_second_step.py gives them one
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    monkeypatch.setattr(maintenance, "sign", maintenance.Sign(looked=math.inf))  # open, and never asked again
    if settings.REDIS_URL:  # one for each who test at the same time
        own = f"{settings.REDIS_URL}?db={AT_THE_SAME_TIME}"
        settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": own}}
    cache.clear(), at_hand.shelf.clear()
    yield
    at_hand.lookout.close()  # else nobody could drop its database


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def make_user(db):
    from allauth.account.models import EmailAddress

    from shop.accounts.models import User

    def make(name: str, **fields):
        user = User.objects.create_user(f"{name.lower()}@example.org", "a-long-password", name=name, **fields)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        return user

    return make


@pytest.fixture
def alice(make_user):
    return make_user("Alice")


@pytest.fixture
def bob(make_user):
    return make_user("Bob")


@pytest.fixture
def olga(make_user):
    return make_user("Olga", is_staff=True, is_superuser=True)


@pytest.fixture
def make_book(db):
    from shop.catalogue.models import Book

    def make(pk: int = 1, **fields):
        defaults = {
            "version": 1,
            "epoch": "first",
            "isbn13": f"{9780000000000 + pk}",
            "title": f"Book {pk}",
            "authors": ["Jane Austen"],
            "price": Decimal("12.50"),
            "currency": "EUR",
            "store_free": 10,
        }
        return Book.objects.create(pk=pk, **{**defaults, **fields})

    return make


@pytest.fixture
def make_coupon(db):
    """Ten per cent off, unless told otherwise."""
    from shop.coupons.models import Coupon

    def make(code: str = "SAVE10", **fields):
        coupon = Coupon(code=code, **{"kind": Coupon.Kind.PERCENT, "value": Decimal(10), **fields})
        coupon.full_clean()
        coupon.save()
        return coupon

    return make


@pytest.fixture
def make_discount(db):
    """A fifth off every book, or those named, from an hour ago for a day by the real clock."""
    from django.utils import timezone

    from shop.coupons.models import Discount

    def make(*books, name: str = "Summer sale", percent="20", **fields):
        now = timezone.now()
        times = {"starts_at": now - timedelta(hours=1), "ends_at": now + timedelta(days=1)}
        discount = Discount.objects.create(
            name=name, percent=Decimal(percent), every_book=not books, **{**times, **fields}
        )
        discount.books.set(books)
        return discount

    return make
