"""What orders look like on the wire, and what a new one may say."""

from django.utils import timezone
from rest_framework import serializers

from shop.accounts.addresses import PARTS
from shop.accounts.forms import AddressForm
from shop.accounts.models import Address
from shop.api import shapes
from shop.api.carts import LONGEST_CODE, ItemShape
from shop.api.order_keys import key_for, page_for
from shop.cart.models import MAX_LINES
from shop.orders.models import Order
from shop.orders.states import State
from shop.payments import queries as payments


class AddressShape(shapes.Strict, serializers.ModelSerializer):
    """Judged by the same form as on the pages."""

    class Meta:
        model = Address
        fields = PARTS

    def validate(self, parts: dict) -> dict:
        form = AddressForm({**{name: "" for name in PARTS}, **parts})
        if not form.is_valid():
            raise serializers.ValidationError(form.errors)
        return {name: form.cleaned_data[name] for name in PARTS}


class NewOrderShape(shapes.Strict):
    cart_items = ItemShape(
        many=True,
        required=False,
        allow_empty=False,
        max_length=MAX_LINES,
        help_text="What to order. Left out, it is all that is in the cart.",
    )
    email = serializers.EmailField(required=False, max_length=254, help_text="Of a guest. Accounts have their own.")
    address = AddressShape(
        required=False, help_text="Kept in the account's address book. Left out, it is the default one there."
    )
    address_id = serializers.IntegerField(
        required=False, min_value=1, max_value=shapes.LARGEST_ID, help_text="One of the address book."
    )
    payment = serializers.ChoiceField(Order.Payment.choices, default=Order.Payment.ON_DELIVERY)
    if_short = serializers.ChoiceField(Order.IfShort.choices, default=Order.IfShort.SHIP)
    coupon = serializers.CharField(max_length=LONGEST_CODE, allow_blank=True, default="")
    note = serializers.CharField(max_length=500, allow_blank=True, default="")
    agreed_total = serializers.DecimalField(
        max_digits=12,
        decimal_places=2,
        required=False,
        help_text="What the customer has been shown. If the order would cost something else, nothing is ordered.",
    )

    def validate_cart_items(self, items: list[dict]) -> list[dict]:
        products = [item["product_id"] for item in items]
        if len(set(products)) < len(products):
            raise serializers.ValidationError("Name each product once, with all copies of it.")
        return items


class StatusShape(shapes.Strict):
    status = serializers.ChoiceField(State.choices)


class LineShape(serializers.Serializer):
    product_id = serializers.IntegerField(source="book_id")
    isbn13 = serializers.CharField()
    title = serializers.CharField()
    authors = serializers.CharField()
    quantity = serializers.IntegerField()
    price = serializers.DecimalField(max_digits=10, decimal_places=2, source="unit_price")
    total = serializers.DecimalField(max_digits=12, decimal_places=2)
    saved = serializers.DecimalField(max_digits=12, decimal_places=2, source="discount", help_text="By the coupon.")
    shipped = serializers.IntegerField()
    short = serializers.IntegerField(help_text="Copies that cannot be sent.")


class OrderShape(serializers.Serializer):
    id = serializers.UUIDField(source="number")
    reference = serializers.CharField(help_text="What people say on the phone.")
    status = serializers.SerializerMethodField()
    placed_at = serializers.DateTimeField()
    payment = serializers.ChoiceField(Order.Payment.choices)
    goods = serializers.DecimalField(max_digits=12, decimal_places=2)
    saved = serializers.DecimalField(max_digits=12, decimal_places=2, source="discount")
    delivery = serializers.DecimalField(max_digits=12, decimal_places=2)
    total = serializers.DecimalField(max_digits=12, decimal_places=2)
    currency = serializers.CharField()
    items = LineShape(many=True, source="lines.all")

    def get_status(self, order: Order) -> serializers.ChoiceField(State.choices):
        return order.state_at(timezone.now())


class ParcelAddressShape(serializers.Serializer):
    name = serializers.CharField(source="ship_name")
    line1 = serializers.CharField(source="ship_line1")
    line2 = serializers.CharField(source="ship_line2")
    postcode = serializers.CharField(source="ship_postcode")
    city = serializers.CharField(source="ship_city")
    country = serializers.CharField(source="ship_country")
    phone = serializers.CharField(source="ship_phone")


class OneOrderShape(OrderShape):
    """What it tells depends on who asks: it needs the request as its context."""

    email = serializers.EmailField()
    ship_to = ParcelAddressShape(source="*")
    coupon = serializers.CharField(source="coupon_code")
    note = serializers.CharField()
    if_short = serializers.ChoiceField(Order.IfShort.choices)
    reason = serializers.CharField(help_text="Why it stands where it stands, in the shop's or warehouse's words.")
    tax = serializers.DecimalField(max_digits=12, decimal_places=2)
    paid = serializers.SerializerMethodField()
    pay_until = serializers.DateTimeField(allow_null=True)
    pay_page = serializers.SerializerMethodField()
    order_key = serializers.SerializerMethodField()

    def get_paid(self, order: Order) -> serializers.DecimalField(max_digits=12, decimal_places=2):
        """Of an order on delivery the carrier takes the money, and there is no payment to look for."""
        paid = payments.paid_for(order) if order.payment == Order.Payment.PREPAID else 0
        return f"{paid:.2f}"

    def get_pay_page(self, order: Order) -> str | None:
        """Where its customer pays in a browser, logged in or by the key in it; null if there is nothing to pay now."""
        is_payable = order.is_payable(timezone.now())
        return page_for(self.context["request"], order, order.get_absolute_url()) if is_payable else None

    def get_order_key(self, order: Order) -> str | None:
        """Opens a guest's order, shown as X-Order-Key; null for who is logged in."""
        return key_for(self.context["request"], order)


class StepShape(serializers.Serializer):
    at = serializers.DateTimeField()
    kind = serializers.CharField(help_text="The state that it led to, or what else it was.")
    words = serializers.CharField()
    reason = serializers.CharField()
