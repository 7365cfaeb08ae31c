"""Doors to the whole of one's account: all that is kept about a person, and the end of it."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from shop.accounts import farewell
from shop.accounts.export import everything_about
from shop.api import once_more, shapes
from shop.api.accounts import AccountDoor
from shop.api.once_more import PasswordShape
from shop.api.problems import refused
from shop.api.throttles import ByRole, Sparingly


def _rows() -> serializers.ListField:
    return serializers.ListField(child=serializers.DictField())


class EverythingShape(serializers.Serializer):
    """As the file of the pages has it: what is within each may grow."""

    account = serializers.DictField()
    address_book = _rows()
    orders = _rows()
    reviews = _rows()
    wishlist = _rows()
    letters = _rows()
    what_you_want_to_hear_of = serializers.DictField(child=serializers.BooleanField())
    messages = _rows()
    talks = _rows()
    sessions = _rows()
    log_ins_of_programs = _rows()


class WholeAccountDoor(AccountDoor):
    throttle_classes = [ByRole, Sparingly]

    def shown(self, request) -> None:
        """:raises Problem: unless it is the person themself, by a token for all of the account."""
        password = shapes.read(PasswordShape, request)["password"]
        once_more.unscoped(request)
        once_more.confirmed(request, password)


class MyData(WholeAccountDoor):
    @extend_schema(operation_id="me_data", request=PasswordShape, responses=EverythingShape)
    def post(self, request):
        """Everything the shop keeps about the account, for who shows its password again. It changes nothing."""
        self.shown(request)
        return Response(everything_about(request.user))


class Farewell(WholeAccountDoor):
    @extend_schema(operation_id="me_delete", request=PasswordShape, responses={204: None})
    def post(self, request):
        """Delete the account, which cannot be undone. 409 says what it is still needed for. All its log-ins end."""
        self.shown(request)
        try:
            farewell.forget(request.user, now=timezone.now())
        except farewell.StillUnderWay as refusal:
            raise refused(refusal) from None
        return Response(status=204)
