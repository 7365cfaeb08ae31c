"""Programs that call the API: one that is a guest's, one of Alice's, one of Bob's, and one of Olga's, who owns the shop."""

import pytest
from asking import program
from fake_store import TOKEN, book_row, fake_store


@pytest.fixture(autouse=True)
def apart_from_others(settings, monkeypatch):
    from shop.orders import holding
    from shop.storelink.breaker import Breaker

    settings.STORE_URL = "http://127.0.0.1:9"  # nobody answers: orders are taken on the last known numbers
    monkeypatch.setattr(holding, "breaker", Breaker())


@pytest.fixture
def guest():
    return program()


@pytest.fixture
def hers(alice):
    return program(alice)


@pytest.fixture
def his(bob):
    return program(bob)


@pytest.fixture
def staff(olga):
    return program(olga)


@pytest.fixture
def store(settings, tmp_path):
    """A store that answers, and has book 1."""
    token = tmp_path / "token"
    token.write_text(TOKEN)
    settings.STORE_TOKEN_FILE = str(token)
    with fake_store() as running:
        settings.STORE_URL = running.url
        running.tell(book_row(1))
        yield running


@pytest.fixture
def in_group(make_user):
    """Answer a program of somebody who has this role and no other."""
    from django.apps import apps
    from django.contrib.auth.models import Group

    from shop.staff.groups import set_up

    set_up(apps)  # tests that empty all tables took the groups with them

    def make(role):
        person = make_user(role.replace(" ", "-"), is_staff=True)
        person.groups.add(Group.objects.get(name=role))
        return program(person)

    return make
