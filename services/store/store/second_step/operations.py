"""The second step of a log-in: set up, shown, and taken away. Each takes the person's row or the app's before it looks."""

from datetime import datetime

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from store.accounts.models import User
from store.second_step.models import AuthenticatorApp, RecoveryCode
from store.second_step.secrets import digest_of, new_recovery_codes, seal


class WrongCode(Exception):
    """It is another one, it is over, or it was used."""


class TooManyTries(Exception):
    """:ivar until: when the next code is looked at."""

    def __init__(self, until: datetime):
        super().__init__(until)
        self.until = until


class SetUpAlready(Exception):
    """Somebody was quicker."""


class NotSetUp(Exception):
    """There is nothing to show a code of, or nothing any more."""


def set_up(user: User, *, secret: str, code: str, now: datetime, instead: bool = False) -> list[str]:
    """This function will keep the secret if the app shows its code, and answer new recovery codes, for the only time.

    Log-ins that knew another app, or none, are over by it; so are old recovery codes.

    :param instead: of the app that there is.
    :raises WrongCode, SetUpAlready:
    """
    with transaction.atomic(durable=True):
        person = User.objects.select_for_update().get(pk=user.pk)
        if instead:
            AuthenticatorApp.objects.filter(user=person).delete()
        elif person.second_step_since:
            raise SetUpAlready
        if not AuthenticatorApp(user=person, sealed_secret=seal(secret)).verify_token(code):
            raise WrongCode
        _note(person, now)
        user.second_step_since = now
        return _renew_recovery_codes(person)


def show_code(user: User, code: str) -> None:
    """This function will take a code of the app; the same one is good once.

    :raises WrongCode, TooManyTries, NotSetUp:
    """
    with transaction.atomic(durable=True):
        good = _app_of(user).verify_token(code)
    if not good:
        raise WrongCode


def show_recovery_code(user: User, code: str) -> int:
    """This function will use a recovery code up, and answer how many are left.

    :raises WrongCode, TooManyTries, NotSetUp:
    """
    with transaction.atomic(durable=True):
        app = _app_of(user)
        good, _ = RecoveryCode.objects.filter(user=user, digest=digest_of(code)).delete()
        if good:
            app.throttle_reset()
        else:
            app.throttle_increment()
        left = RecoveryCode.objects.filter(user=user).count()
    if not good:
        raise WrongCode
    return left


def renew_recovery_codes(user: User) -> list[str]:
    """:raises NotSetUp:"""
    with transaction.atomic(durable=True):
        person = User.objects.select_for_update().get(pk=user.pk)
        if not person.second_step_since:
            raise NotSetUp
        return _renew_recovery_codes(person)


def remove(user: User) -> None:
    """This function will take app and recovery codes away; log-ins that rest on them are over."""
    with transaction.atomic(durable=True):
        _remove(User.objects.select_for_update().get(pk=user.pk))


def reset(user: User, *, by: User | None) -> bool:
    """This function will do the same for a person who has lost them, and note it in the person's history.

    :param by: None where it was the command: then the line names the person itself, since Django's log needs somebody.
    :return: whether there was anything to take away.
    """
    with transaction.atomic(durable=True):
        person = User.objects.select_for_update().get(pk=user.pk)
        if not person.second_step_since:
            return False
        _remove(person)
        LogEntry.objects.create(
            user=by or person,
            content_type=ContentType.objects.get_for_model(User),
            object_id=str(person.pk),
            object_repr=str(person)[:200],
            action_flag=CHANGE,
            change_message=f"Second step reset {'by an owner' if by else 'by the command reset_second_step'}.",
        )
        return True


def _app_of(user: User) -> AuthenticatorApp:
    app = AuthenticatorApp.objects.select_for_update().filter(user=user).first()
    if app is None:
        raise NotSetUp
    allowed, why = app.verify_is_allowed()
    if not allowed:
        raise TooManyTries(why["locked_until"])
    return app


def _note(person: User, since: datetime | None) -> None:
    person.second_step_since = since
    person.save(update_fields=["second_step_since"])


def _remove(person: User) -> None:
    AuthenticatorApp.objects.filter(user=person).delete()
    RecoveryCode.objects.filter(user=person).delete()
    _note(person, None)


def _renew_recovery_codes(person: User) -> list[str]:
    RecoveryCode.objects.filter(user=person).delete()
    codes = new_recovery_codes()
    RecoveryCode.objects.bulk_create(RecoveryCode(user=person, digest=digest_of(code)) for code in codes)
    return codes
