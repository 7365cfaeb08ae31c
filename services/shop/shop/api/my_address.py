"""Doors by which an account gets another e-mail address: asked for with the password, confirmed by a code."""

from allauth.account.forms import AddEmailForm
from allauth.core import ratelimit
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from shop.api import once_more, readdressing, shapes
from shop.api.accounts import AccountDoor, ToldShape, too_many, valid
from shop.api.problems import missing
from shop.api.throttles import ByRole, Sparingly


class NewEmailShape(once_more.PasswordShape):
    email = serializers.EmailField(max_length=254)


class TicketShape(ToldShape):
    ticket = serializers.CharField(help_text="To be sent with the code that was mailed, within 15 minutes.")


class TicketAndCodeShape(shapes.Strict):
    ticket = serializers.CharField(max_length=2_000)
    code = serializers.CharField(max_length=40)


class MyAddressDoor(AccountDoor):
    throttle_classes = [ByRole, Sparingly]


class ChangeEmail(MyAddressDoor):
    @extend_schema(operation_id="email_change", request=NewEmailShape, responses={202: TicketShape})
    def post(self, request):
        """Mail a code to a new address of the account. Until it has come back, nothing changes."""
        wish = shapes.read(NewEmailShape, request)
        once_more.confirmed(request, wish["password"])
        email = valid(AddEmailForm(request.user, {"email": wish["email"]})).cleaned_data["email"]
        if not ratelimit.consume(request._request, action="confirm_email", key=email):
            raise too_many()
        ticket = readdressing.send_code(request._request, email, now=timezone.now())
        detail = "We mailed a code to this address. Send it with the ticket to POST /auth/email/change/confirm/."
        return Response({"ticket": ticket, "detail": detail}, status=202)


class ConfirmEmail(MyAddressDoor):
    @extend_schema(operation_id="email_change_confirm", request=TicketAndCodeShape, responses=ToldShape)
    def post(self, request):
        """Take the new address, which is the account's from now on; the one before hears of it by letter."""
        told = shapes.read(TicketAndCodeShape, request)
        try:
            readdressing.confirm(request._request, **told, now=timezone.now())
        except readdressing.NotConfirmed as refusal:
            raise missing(("code", str(refusal))) from None
        return Response({"detail": "The address is changed. Log in with it from now on."})
