"""Doors to the money that goes back of an order, for staff: how it stands, sending it again, and what a person gave back."""

from uuid import UUID

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from shop.api import shapes
from shop.api.door import Door, Writes
from shop.api.orders import seen
from shop.api.payments import RefundShape
from shop.api.permissions import ForStaff
from shop.api.problems import Problem, missing
from shop.bell import ring_after_commit
from shop.orders.models import Order
from shop.outbox.operations import send_again
from shop.payments import queries, refunds
from shop.payments.models import Refund
from shop.payments.states import RefundState
from shop.staff import history
from worker_bell import Topic

LOOK, ACT = "payments.view_refund", "payments.change_refund"
ACTS = [(RefundState.DUE.value, "Send it again"), (RefundState.DONE.value, "A person has given it back")]


class RefundInFullShape(RefundShape):
    id = serializers.IntegerField()
    reference = serializers.CharField(help_text="Where a person who gave it back by hand has written it down.")
    attempts = serializers.IntegerField()
    last_error = serializers.CharField()
    next_at = serializers.DateTimeField(help_text="When it is tried next, if it waits.")
    created_at = serializers.DateTimeField()
    done_at = serializers.DateTimeField(allow_null=True)


class SettledShape(shapes.Strict):
    status = serializers.ChoiceField(ACTS)
    reference = serializers.CharField(
        max_length=100, allow_blank=True, default="", help_text="For done: such as the line of our bank statement."
    )


class OrderRefunds(Door):
    permission_classes = [ForStaff]
    rights = {"GET": (LOOK,)}

    @extend_schema(operation_id="orders_refunds", responses=RefundInFullShape(many=True))
    def get(self, request, number: UUID):
        """For staff: the oldest first."""
        return Response(RefundInFullShape(_of(seen(request, number)), many=True).data)


class OrderRefund(Door):
    permission_classes = [ForStaff]
    rights = {"GET": (LOOK,), "PUT": (ACT,)}
    writes = Writes.IN_ONE

    @extend_schema(operation_id="orders_refund", responses=RefundInFullShape)
    def get(self, request, number: UUID, refund_id: int):
        """For staff: read a refund."""
        return Response(RefundInFullShape(_refund(request, number, refund_id)).data)

    @extend_schema(operation_id="orders_refund_settle", request=SettledShape, responses=RefundInFullShape)
    def put(self, request, number: UUID, refund_id: int):
        """For staff: send it again (due), or write down that a person has given it back (done), with a reference."""
        wish, refund = shapes.read(SettledShape, request), _refund(request, number, refund_id)
        if wish["status"] == RefundState.DUE:
            _send_again(refund, by=request.user)
        else:
            _given_back(refund, wish["reference"].strip(), by=request.user)
        return Response(RefundInFullShape(_refund(request, number, refund_id)).data)


def _send_again(refund: Refund, *, by) -> None:
    """:raises Problem: 409, if it was given back."""
    if not send_again(Refund.objects.filter(pk=refund.pk), now=timezone.now()):
        raise _not_now("It was given back already.")
    ring_after_commit(Topic.REFUNDS)
    history.note(refund, "Sent again.", by=by)


def _given_back(refund: Refund, reference: str, *, by) -> None:
    """:raises Problem: 400 without a reference, 409 if it needs no person."""
    if not reference:
        raise missing(("reference", "Say where it is written down."))
    if not refunds.given_back_by_hand(refund, reference=reference, now=timezone.now()):
        raise _not_now("It waits for the gateway, or was given back already.")
    history.note(refund, f"Given back by hand: {reference}", by=by)


def _not_now(why: str) -> Problem:
    return Problem(409, "refused", "This cannot be done", f"Nothing was changed. {why}")


def _of(order: Order):
    return queries.refunds_of(order).select_related("payment")


def _refund(request, number: UUID, refund_id: int) -> Refund:
    """L28: through its order."""
    if found := _of(seen(request, number)).filter(pk=refund_id).first():
        return found
    raise Http404
