"""Opening an account without a page: by the pages' own form, and as silent about who has one already."""

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.http import HttpRequest

from shop.accounts import usernames
from shop.accounts.forms import SignupForm


def register(request: HttpRequest, form: SignupForm, *, username: str) -> EmailAddress | None:
    """This function will make an account from a valid form, still to be confirmed, and answer its address.

    None if the address has an account: its owner is told by letter, and who registers sees no difference.

    :param username: empty for none.
    :raises usernames.BadUsername: also if it is taken; nothing is kept then.
    """
    with transaction.atomic(durable=True):
        if not form.account_already_exists:
            try:
                with transaction.atomic():
                    user = form.save(request)
                if username:
                    usernames.take(username, user)
                return EmailAddress.objects.select_related("user").get(user=user)
            except IntegrityError:
                pass  # somebody else registered the address in this moment
        if username:
            usernames.take(username, None)
        get_user_model()().set_password(form.cleaned_data["password1"])  # as slow as a new account
        get_adapter(request).send_account_already_exists_mail(form.cleaned_data["email"])
    return None
