"""Sessions in the database, as Django keeps them, but honest about whose fault it is when they cannot be saved."""

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.db import OperationalError


class SessionStore(db.SessionStore):
    def save(self, must_create=False):
        """Django takes every failure for a session that was deleted meanwhile and answers 400, "bad request".

        A database that is away is our failure: it must come out as one, so that it is seen and asked for again.
        """
        try:
            super().save(must_create=must_create)
        except UpdateError as error:
            if isinstance(error.__context__, OperationalError):
                raise error.__context__ from None
            raise
