"""Doors to the payment of an order: how it stands, by which ways it can be paid, and beginning to. All gateways alike."""

import logging
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.response import Response

from shop.api import shapes
from shop.api.door import Door
from shop.api.order_keys import PARAMETER as KEY
from shop.api.orders import seen
from shop.api.problems import Problem, missing, refused
from shop.orders.models import Order
from shop.pages.addresses import absolute
from shop.payments import operations, queries
from shop.payments.gateways import NoSuchGateway, gateway
from shop.payments.gateways.base import GatewayRefused, GatewayUnavailable
from shop.payments.models import WITH_THE_CUSTOMER, Payment
from shop.payments.states import RefundState, State

log = logging.getLogger(__name__)

AMOUNT = {"max_digits": 12, "decimal_places": 2}


class WayShape(serializers.Serializer):
    gateway = serializers.CharField(source="name")
    label = serializers.CharField()
    hint = serializers.CharField()
    days = serializers.IntegerField(allow_null=True, help_text="How long its money takes, where it takes days.")


class TryShape(serializers.Serializer):
    id = serializers.UUIDField(source="key")
    gateway = serializers.CharField()
    status = serializers.ChoiceField(State.choices, source="state")
    amount = serializers.DecimalField(**AMOUNT)
    captured = serializers.DecimalField(**AMOUNT, help_text="What was taken.")
    currency = serializers.CharField()
    begun_at = serializers.DateTimeField(source="created_at")


class RefundShape(serializers.Serializer):
    amount = serializers.DecimalField(**AMOUNT)
    currency = serializers.CharField(source="payment.captured_currency")
    status = serializers.ChoiceField(RefundState.choices, source="stage")
    reason = serializers.CharField()


class PaymentShape(serializers.Serializer):
    payment = serializers.ChoiceField(Order.Payment.choices)
    total = serializers.DecimalField(**AMOUNT)
    currency = serializers.CharField()
    paid = serializers.DecimalField(**AMOUNT)
    can_be_paid = serializers.BooleanField(help_text="Now.")
    pay_until = serializers.DateTimeField(allow_null=True)
    ways = WayShape(many=True, help_text="Names for beginning to pay; none if nothing is to be paid now.")
    tries = TryShape(many=True)
    refunds = RefundShape(many=True)


class StartShape(shapes.Strict):
    gateway = serializers.CharField(max_length=20, help_text="One of the order's ways to pay.")


class DetailShape(serializers.Serializer):
    label = serializers.CharField()
    text = serializers.CharField()


class StartedShape(TryShape):
    url = serializers.URLField(help_text="Where the customer pays, in a browser.")
    pay_until = serializers.DateTimeField()
    details = DetailShape(many=True, help_text="What the customer needs to send the money; only for bank transfer.")


class OrderPayment(Door):
    permission_classes = [AllowAny]  # a guest's order opens by its key

    @extend_schema(operation_id="orders_payment", parameters=[KEY], responses=PaymentShape)
    def get(self, request, number: UUID):
        """See how the payment of an order stands. What gateways tell by themselves has been taken in; nobody is asked for this answer."""
        order, now = seen(request, number), timezone.now()
        can_be_paid = order.is_payable(now)
        told = {
            "payment": order.payment,
            "total": order.total,
            "currency": order.currency,
            "paid": queries.paid_for(order),
            "can_be_paid": can_be_paid,
            "pay_until": order.pay_until,
            "ways": queries.ways_to_pay(order, chosen="", under_way=None) if can_be_paid else [],
            "tries": queries.tries_of(order),
            "refunds": queries.refunds_of(order).select_related("payment"),
        }
        return Response(PaymentShape(told).data)

    @extend_schema(
        operation_id="orders_pay",
        parameters=[KEY],
        request=StartShape,
        responses={201: StartedShape},
    )
    def post(self, request, number: UUID):
        """Begin to pay an order: the answer says where the customer goes. An open try at the same gateway is gone on with."""
        order, chosen = seen(request, number, by_staff=False), shapes.read(StartShape, request)["gateway"]
        url = _begun(order, chosen)
        tried = order.payments.filter(gateway=chosen, state__in=WITH_THE_CUSTOMER).order_by("-created_at").first()
        if tried is None:
            raise refused(operations.NotPayable(f"The payment of {order.reference} has just been decided. Read it."))
        return Response(StartedShape(_as_begun(tried, url)).data, status=201)


def _begun(order: Order, chosen: str) -> str:
    """Where the customer pays.

    :raises Problem:
    """

    def back(key: UUID) -> str:
        return absolute(reverse("payments:back", args=[order.number, key]))

    try:
        return absolute(operations.start(order, chosen, now=timezone.now(), back=back))
    except operations.NotPayable as refusal:
        raise refused(refusal) from None
    except NoSuchGateway:
        ways = [one.name for one in queries.ways_to_pay(order, chosen="", under_way=None)]
        raise missing(
            ("gateway", f"Choose one of {', '.join(ways) or 'none: nothing can be paid here now'}.")
        ) from None
    except (GatewayUnavailable, GatewayRefused) as error:
        log.warning("A payment of %s could not be opened: %s", order, error)
        detail = "This way to pay does not answer at the moment. Try again, or another one."
        raise Problem(503, "gateway-away", "Try again later", detail, retry_after_s=10) from None


def _as_begun(tried: Payment, url: str) -> Payment:
    """What the answer wants to know beside the try itself."""
    details = gateway(tried.gateway).details(tried)
    tried.url, tried.pay_until = url, tried.order.pay_until
    tried.details = [{"label": label, "text": text} for label, text in details]
    return tried
