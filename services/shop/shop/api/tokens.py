"""Tokens of log-ins: issued in pairs, rotated at each refresh, ended all at once."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import connection
from django.utils.crypto import constant_time_compare
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import AccessToken, Token

from shop.accounts.models import User
from shop.api.models import LogIn

MOST_LOG_INS = 20  # of one person; the oldest make room
# A refresh token that was used a moment ago is a double click or a lost answer; later it was copied.
CARELESS_FOR = timedelta(seconds=30)
LOG_IN_CLAIM = "log_in"
_LOG_IN, _USER = ([field.attname for field in model._meta.concrete_fields] for model in (LogIn, User))
# Asked for each request that shows a token. Django would write it anew each time, which costs several times the asking.
FIND = "SELECT {} FROM {} l JOIN {} u ON u.id = l.user_id WHERE l.key = ANY(%s) AND l.ends_at > %s".format(
    ", ".join([f"l.{name}" for name in _LOG_IN] + [f"u.{name}" for name in _USER]),
    LogIn._meta.db_table,
    User._meta.db_table,
)


class NoSuchLogIn(Exception):
    """The token is forged, expired, used before or of a log-in that is over."""


class RefreshToken(Token):
    """Without the library's list of every token ever issued: the row of its log-in knows which one is good."""

    token_type = "refresh"
    lifetime = api_settings.REFRESH_TOKEN_LIFETIME


@dataclass(frozen=True)
class Pair:
    access: str
    refresh: str


def begin(user: User, *, second_step: bool, client: str, now: datetime, scope: str = "") -> Pair:
    """This function will begin a log-in; those that are over, and the oldest beyond a limit, are cleared away.

    :param scope: what it is for; empty for all that the user may.
    """
    LogIn.objects.filter(user=user, ends_at__lte=now).delete()
    # Those to end are named, not those to keep: one that begins at this moment on another machine would be neither.
    oldest = LogIn.objects.filter(user=user).order_by("-rotated_at").values_list("pk", flat=True)[MOST_LOG_INS - 1 :]
    LogIn.objects.filter(pk__in=list(oldest)).delete()
    log_in = LogIn.objects.create(
        user=user,
        password_mark=user.get_session_auth_hash(),
        second_step=second_step,
        client=client.replace("\0", "")[:200],
        scope=scope,
        began_at=now,
        rotated_at=now,
        ends_at=now + RefreshToken.lifetime,
    )
    return _pair(log_in)


def refreshed(text: str, *, now: datetime) -> Pair:
    """This function will take a refresh token for a new pair; of several at once one gets it.

    :raises NoSuchLogIn: also for a token that was used; if that was a while ago, the whole log-in ends.
    """
    try:
        token = RefreshToken(text)
        key, refresh_key = UUID(str(token[LOG_IN_CLAIM])), UUID(str(token["jti"]))
    except (TokenError, KeyError, ValueError):
        raise NoSuchLogIn from None
    log_in = log_in_of(key, now=now)
    mine = LogIn.objects.filter(pk=key, refresh_key=refresh_key)
    log_in.refresh_key = uuid4()
    if not mine.update(refresh_key=log_in.refresh_key, rotated_at=now, ends_at=now + RefreshToken.lifetime):
        LogIn.objects.filter(pk=key, rotated_at__lt=now - CARELESS_FOR).delete()
        raise NoSuchLogIn
    return _pair(log_in)


def log_in_of(key: UUID, *, now: datetime) -> LogIn:
    """This function will find a log-in that is good, with its user, by one statement.

    :raises NoSuchLogIn: also if the user was disabled, or has another password by now.
    """
    with connection.cursor() as cursor:
        cursor.execute(FIND, [[key], now])
        return log_in_from(cursor.fetchone())


def log_ins_of(keys: Iterable[UUID], *, now: datetime) -> dict[UUID, LogIn]:
    """This function will find those of several log-ins that are good, with their users, by one statement."""
    found: dict[UUID, LogIn] = {}
    with connection.cursor() as cursor:
        cursor.execute(FIND, [list(keys), now])
        for row in cursor.fetchall():
            with suppress(NoSuchLogIn):
                log_in = log_in_from(row)
                found[log_in.pk] = log_in
    return found


def log_in_from(row: tuple | None) -> LogIn:
    """What FIND found.

    :raises NoSuchLogIn: also if it is good no more.
    """
    if row is None:
        raise NoSuchLogIn
    log_in = LogIn.from_db(connection.alias, _LOG_IN, row[: len(_LOG_IN)])
    log_in.user = User.from_db(connection.alias, _USER, row[len(_LOG_IN) :])
    if not log_in.user.is_active:
        raise NoSuchLogIn
    if not constant_time_compare(log_in.password_mark, log_in.user.get_session_auth_hash()):
        raise NoSuchLogIn
    return log_in


def end(text: str) -> None:
    """This function will end the log-in of a refresh token; one that is over already stays so."""
    with suppress(TokenError, KeyError, ValueError):
        LogIn.objects.filter(pk=UUID(str(RefreshToken(text)[LOG_IN_CLAIM]))).delete()


def _pair(log_in: LogIn) -> Pair:
    refresh, access = RefreshToken(), AccessToken()
    refresh["jti"] = log_in.refresh_key.hex
    for token in (refresh, access):
        token[api_settings.USER_ID_CLAIM] = str(log_in.user_id)
        token[LOG_IN_CLAIM] = log_in.pk.hex
    return Pair(access=str(access), refresh=str(refresh))
