import pytest
from live_clients import serving
from socket_clients import process


@pytest.fixture
def quick(monkeypatch):
    """Looks and beats come at once, with or without a hint."""
    from shop.live import listener

    monkeypatch.setattr(listener, "LOOK_EVERY_S", 0.2)
    monkeypatch.setattr(listener, "BEAT_EVERY_S", 0.3)


@pytest.fixture
def served(transactional_db, quick):
    with serving() as one:
        yield one


@pytest.fixture
def live(transactional_db, quick):
    with process() as one:
        yield one


@pytest.fixture
def in_role(make_user):
    """Make somebody who has this role and no other."""
    from django.apps import apps
    from django.contrib.auth.models import Group

    from shop.staff.groups import set_up

    set_up(apps)  # tests that empty all tables took the groups with them

    def make(role):
        person = make_user(role.replace(" ", "-"), is_staff=True)
        person.groups.add(Group.objects.get(name=role))
        return person

    return make
