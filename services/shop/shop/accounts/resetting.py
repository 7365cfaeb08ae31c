"""The second step of somebody who has lost telephone and recovery codes is taken away by others."""

from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils import timezone

from shop.accounts.log_ins import end_sessions
from shop.accounts.models import User


def reset_second_step(person: User, *, by: User | None = None) -> bool:
    """This function will take app and recovery codes away, end every log-in, and write to the person.

    :param by: None where it was the command: then the line of the history names the person, since it needs somebody.
    :return: whether there was anything to take away.
    """
    with transaction.atomic(durable=True):
        person = User.objects.select_for_update().get(pk=person.pk)
        gone, _ = Authenticator.objects.filter(user=person).delete()
        if not gone:
            return False
        end_sessions(person)
        person.api_log_ins.all().delete()
        LogEntry.objects.create(
            user=by or person,
            content_type=ContentType.objects.get_for_model(User),
            object_id=str(person.pk),
            object_repr=str(person)[:200],
            action_flag=CHANGE,
            change_message="Second step reset." if by else "Second step reset by the command reset_second_step.",
        )
        told = {"user": person, "at": timezone.now()}
        get_adapter().send_mail("mfa/email/second_step_reset", person.email, told)
    return True
