"""Doors to customer service: writing to it, for everybody; reading what was written, and marking it, for staff."""

from uuid import uuid4

from allauth.account.adapter import get_adapter
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import AllowAny
from rest_framework.response import Response

from shop.api import paging, shapes
from shop.api.accounts import ToldShape, valid
from shop.api.door import Door, Writes
from shop.api.permissions import ForStaff, only_staff_with
from shop.api.problems import Problem, missing
from shop.api.throttles import ByRole, Sparingly
from shop.contact import operations, queries
from shop.contact.forms import LONGEST_TEXT, ContactForm
from shop.contact.models import Message
from shop.staff import history

LOOK, DEAL = "contact.view_message", "contact.change_message"
WAIT_S = 3600  # the messages of the last hour are counted
WAITING = OpenApiParameter("waiting", str, enum=["1"], description="Only those that nobody has dealt with.")


class NewMessageShape(shapes.Strict):
    name = serializers.CharField(max_length=120, required=False, help_text="Left out, the account's own.")
    email = serializers.EmailField(max_length=100, required=False, help_text="We answer there; as the name.")
    about = serializers.CharField(
        max_length=40, allow_blank=True, default="", help_text="The reference of an order, such as 3F2A-99B1."
    )
    text = serializers.CharField(max_length=LONGEST_TEXT)
    copy = serializers.BooleanField(default=False, help_text="For accounts: a copy to their own address.")


class MessageShape(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    email = serializers.EmailField()
    about = serializers.CharField()
    text = serializers.CharField()
    at = serializers.DateTimeField()
    dealt_with_at = serializers.DateTimeField(source="done_at", allow_null=True)
    dealt_with_by = serializers.CharField(source="done_by")


class DealtWithShape(shapes.Strict):
    dealt_with = serializers.ChoiceField([(True, "Dealt with")])


class Messages(Door):
    permission_classes = [AllowAny]  # everybody may write; reading is for staff
    writes = Writes.IN_ONE

    def get_throttles(self):
        return [ByRole(), Sparingly()] if self.request.method == "POST" else [ByRole()]

    @extend_schema(
        operation_id="contact_list",
        parameters=[WAITING, *paging.PARAMETERS],
        responses=paging.page_of(MessageShape),
        auth=[{"token": []}],
    )
    def get(self, request):
        """For staff: what was written to customer service, the newest first."""
        if not request.user.is_authenticated:
            raise NotAuthenticated
        only_staff_with(request, LOOK)
        waiting = bool(paging.choice_from(request, "waiting", "1"))
        return paging.answer_page(request, queries.messages(waiting_only=waiting), MessageShape)

    @extend_schema(operation_id="contact_write", request=NewMessageShape, responses={201: ToldShape})
    def post(self, request):
        """Write to customer service, which answers by letter. Several messages within an hour are enough: 429."""
        wish, user = shapes.read(NewMessageShape, request), request.user
        if user.is_authenticated:
            wish = {"name": user.name, "email": user.email} | wish
        elif wish["copy"]:
            raise missing(("copy", "A copy goes to the confirmed address of an account alone."))
        note = valid(ContactForm(wish | {"key": self.repeat_number or uuid4()}, user=user)).note()
        writer, ip = user if user.is_authenticated else None, get_adapter().get_client_ip(request)
        try:
            operations.write(note, writer=writer, ip=ip, now=timezone.now())
        except operations.TooMany as refusal:
            raise Problem(429, "too-many-messages", "Please wait", str(refusal), retry_after_s=WAIT_S) from None
        return Response({"detail": "Your message is here. We answer by e-mail."}, status=201)


class OneMessage(Door):
    permission_classes = [ForStaff]
    rights = {"GET": (LOOK,), "PUT": (DEAL,)}
    writes = Writes.IN_ONE

    @extend_schema(operation_id="contact_read", responses=MessageShape)
    def get(self, request, message_id: int):
        """For staff: read a message to customer service."""
        return Response(MessageShape(_message(message_id)).data)

    @extend_schema(operation_id="contact_deal", request=DealtWithShape, responses=MessageShape)
    def put(self, request, message_id: int):
        """For staff: mark a message as dealt with. Who did it first is kept."""
        shapes.read(DealtWithShape, request)
        message = _message(message_id)
        if operations.done_with(Message.objects.filter(pk=message.pk), who=request.user, now=timezone.now()):
            history.note(message, "Dealt with.", by=request.user)
        return Response(MessageShape(_message(message_id)).data)


def _message(message_id: int) -> Message:
    if found := queries.message(message_id):
        return found
    raise Http404
