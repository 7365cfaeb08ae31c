"""Alice has an order to talk about, Carol and Chris answer. What is sent goes through the doors unless races are meant."""

from uuid import uuid4

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from tests.staff.conftest import make_order, statements  # noqa: F401

from shop.chat import operations
from shop.chat.models import Room
from shop.staff.roles import AGENTS


@pytest.fixture
def agent(make_user):
    def make(name: str):
        person = make_user(name, is_staff=True)
        person.groups.add(Group.objects.get(name=AGENTS))
        return person

    return make


@pytest.fixture
def carol(agent):
    return agent("Carol")


@pytest.fixture
def chris(agent):
    return agent("Chris")


@pytest.fixture
def order(make_order):  # noqa: F811
    return make_order("shipped")


@pytest.fixture
def browser():
    def open_browser(person) -> Client:
        one = Client()
        one.force_login(person)
        return one

    return open_browser


@pytest.fixture
def begin(now):
    """A talk as somebody begins it: of an account, about an order, or of a guest who gave an address."""

    def make(text: str = "Where is my book?", *, user=None, order=None, email: str = "gus@example.org", **more) -> Room:
        fields = {"key": uuid4(), "name": "Gus", "network": str(uuid4())[:32], **more}
        it = operations.Beginning(user=user, order=order, email=user.email if user else email, text=text, **fields)
        return Room.objects.get(pk=operations.begin(it, now=fields.pop("now", now)).pk)

    return make
