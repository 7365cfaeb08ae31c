"""The door to the invoice of an order: what stands on it, or the paper itself."""

from uuid import UUID

from django.http import Http404
from django.utils.cache import patch_vary_headers
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.response import Response

from shop.api.door import Door
from shop.api.orders import KEY, seen
from shop.api.permissions import is_staff_with
from shop.api.renderers import FastJSON
from shop.invoices import queries
from shop.invoices.billing import bill_of
from shop.invoices.views import handed_out

LOOK = "invoices.view_invoice"
PAPER = "application/pdf"
AMOUNT = {"max_digits": 12, "decimal_places": 2}


class Paper(FastJSON):
    """For who accepts a PDF. It comes ready made: all that is written here is a problem, which says itself what it is."""

    media_type, format = PAPER, "pdf"


class InvoiceItemShape(serializers.Serializer):
    isbn13 = serializers.CharField()
    title = serializers.CharField()
    authors = serializers.CharField()
    copies = serializers.IntegerField(help_text="That were sent.")
    missing = serializers.IntegerField(help_text="That were ordered and not sent.")
    price = serializers.DecimalField(**AMOUNT)
    total = serializers.DecimalField(**AMOUNT, help_text="Before the coupon.")


class GivenBackShape(serializers.Serializer):
    at = serializers.DateTimeField()
    amount = serializers.DecimalField(**AMOUNT)
    reason = serializers.CharField()
    is_done = serializers.BooleanField()


class InvoiceShape(serializers.Serializer):
    number = serializers.CharField(source="invoice.reference")
    order = serializers.UUIDField(source="order.number")
    ordered_at = serializers.DateTimeField(source="order.placed_at")
    issued_at = serializers.DateTimeField(source="invoice.issued_at")
    bill_to = serializers.ListField(child=serializers.CharField(), help_text="The lines of the address.")
    ship_to = serializers.ListField(child=serializers.CharField())
    items = InvoiceItemShape(many=True)
    goods = serializers.DecimalField(**AMOUNT)
    saved = serializers.DecimalField(**AMOUNT, source="coupon", help_text="By the coupon.")
    delivery = serializers.DecimalField(**AMOUNT)
    total = serializers.DecimalField(**AMOUNT, help_text="Delivery and tax included.")
    tax_percent = serializers.DecimalField(max_digits=5, decimal_places=2)
    tax = serializers.DecimalField(**AMOUNT)
    currency = serializers.CharField()
    paid = serializers.DecimalField(**AMOUNT, allow_null=True, help_text="Null if it is paid on delivery.")
    given_back = GivenBackShape(many=True)
    corrected_total = serializers.DecimalField(
        **AMOUNT, source="corrected", allow_null=True, help_text="After what was given back later; null if nothing was."
    )


class OrderInvoice(Door):
    permission_classes = [AllowAny]  # a guest's order opens by its key
    renderer_classes = [FastJSON, Paper]

    @extend_schema(
        operation_id="orders_invoice",
        parameters=[KEY],
        responses={(200, "application/json"): InvoiceShape, (200, PAPER): OpenApiTypes.BINARY},
    )
    def get(self, request, number: UUID):
        """What stands on the invoice; with `Accept: application/pdf` the invoice as a file. 404 until the order was sent."""
        order = seen(request, number, by_staff=is_staff_with(request, LOOK))
        invoice = queries.invoice_of(order)
        if invoice is None:
            raise Http404
        if request.accepted_renderer.media_type == PAPER:
            return handed_out(invoice)
        return Response(InvoiceShape(bill_of(invoice)).data)

    def finalize_response(self, request, response, *args, **options):
        response = super().finalize_response(request, response, *args, **options)
        patch_vary_headers(response, ["Accept"])
        return response
