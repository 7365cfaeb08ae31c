"""One transaction around a whole request, where everything that it does is ours."""

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.db import OperationalError, connection
from django.db.transaction import Atomic
from django.http import Http404
from psycopg.errors import SerializationFailure
from rest_framework.exceptions import APIException
from rest_framework.response import Response

REFUSALS = (APIException, PermissionDenied, Http404)
MOST_TRIES = 3


class Around(Atomic):
    """A transaction of which operations become parts, though each asks for one of its own (`durable=True`).

    It commits all of them at its end or none, so they keep what they promise. Nothing remote may happen within.
    """

    def __init__(self):
        super().__init__(using=None, savepoint=True, durable=False)
        self._from_testcase = True  # Django's own mark of a transaction that may stand around durable ones (5.2)


def in_one(handler: Callable[[], Response]) -> Response:
    """This function will commit what a handler did, also where it refuses: operations undo what they refuse, and keep the
    rest, such as a try that is counted."""
    with Around():
        try:
            return handler()
        except REFUSALS as error:
            refusal = error
    raise refusal


def in_one_view(handler: Callable[[], Response]) -> Response:
    """This function will do the same with one view of the data from beginning to end (REPEATABLE READ).

    Whatever it changes and somebody else has changed since it looked makes Postgres refuse; then it looks anew.
    """

    def from_the_first_look():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        return handler()

    for tries_left in reversed(range(MOST_TRIES)):
        try:
            return in_one(from_the_first_look)
        except OperationalError as error:
            if not (tries_left and isinstance(error.__cause__, SerializationFailure)):
                raise
    raise AssertionError("The last try returns or raises.")
