"""A session that cannot be saved: the shopper's fault if it was deleted, ours if the database is away."""

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.db import OperationalError

from shop.accounts.sessions import SessionStore


@pytest.fixture
def session(db):
    session = SessionStore()
    session["seen"] = "yes"
    session.create()
    return session


def test_a_session_is_saved_and_read_again(session):
    session["seen"] = "again"
    session.save()
    assert SessionStore(session.session_key)["seen"] == "again"


def test_a_lost_connection_stays_a_lost_connection(session, monkeypatch):
    def lose(*args, **options):
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(Session, "save", lose)
    with pytest.raises(OperationalError, match="server closed"):
        session.save()


def test_a_session_deleted_meanwhile_is_still_told_apart(session):
    Session.objects.all().delete()
    with pytest.raises(UpdateError):
        session.save()
