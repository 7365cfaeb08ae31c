"""That it is the person themself: the password once more, as the pages ask for it before what matters."""

from allauth.account.adapter import get_adapter
from django.core.exceptions import ValidationError
from rest_framework import serializers
from rest_framework.request import Request

from shop.api import shapes
from shop.api.accounts import too_many
from shop.api.problems import Problem, missing


class PasswordShape(shapes.Strict):
    password = serializers.CharField(max_length=128, trim_whitespace=False, help_text="Of the account, once more.")


def confirmed(request: Request, password: str) -> None:
    """This function will refuse who does not know the password; wrong ones count as those of a log-in do.

    :raises Problem: 400, 429
    """
    try:
        is_right = get_adapter(request._request).reauthenticate(request.user, password)
    except ValidationError:
        raise too_many() from None
    if not is_right:
        raise missing(("password", "This is not the password of the account."))


def unscoped(request: Request) -> None:
    """This function will refuse a token that is for a part of the account alone, where it would open the whole.

    :raises Problem: 403
    """
    if scope := request.auth.scope:
        detail = f"This token is for “{scope}”; this is about the whole account. Log in anew without a scope."
        raise Problem(403, "out-of-scope", "Not with this token", detail)
