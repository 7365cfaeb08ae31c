"""Doors of the employee API: orders, products and customers' addresses that link to each other, each by permission."""

from uuid import UUID

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from shop.accounts.addresses import PARTS
from shop.accounts.models import Address
from shop.api import paging, shapes
from shop.api.customers import LOOK, people_for
from shop.api.door import Door
from shop.api.order_moves import not_ours
from shop.api.order_shapes import ParcelAddressShape
from shop.api.permissions import ForStaff
from shop.api.problems import missing
from shop.orders import queries
from shop.orders.admin import TO_BE_PACKED
from shop.orders.models import Order, OrderLine
from shop.orders.phases import PHASES, Phase, hurry, phase_of
from shop.orders.states import State
from shop.pages.addresses import absolute
from shop.staff.roles import SEE_ALL_ORDERS, SEE_BILLING, SETTLE_ORDER
from shop.staff.seeing import may_see

LOOK_AT_ORDERS = "orders.view_order"
PHASE = OpenApiParameter("phase", str, enum=Phase.values)
MONEY = {"max_digits": 12, "decimal_places": 2}


class SomeEyesOnly:
    """Fields that the table of roles keeps from whoever asks are not there. The description tells of all of them."""

    def get_fields(self):
        fields = super().get_fields()
        request = self.context.get("request")
        if request is None or getattr(request.parser_context["view"], "swagger_fake_view", False):
            return fields
        return {name: fields[name] for name in self.seen_by(request.user, fields)}

    def seen_by(self, user, fields) -> list[str]:
        """Names of fields that this person may see."""
        return [
            name
            for name, field in fields.items()
            if may_see(user, self.model, self.seen_as.get(name, field.source or name))
        ]


class EmployeeLineShape(SomeEyesOnly, serializers.Serializer):
    model, seen_as = OrderLine, {"product": "isbn13"}

    product = serializers.SerializerMethodField()
    isbn13 = serializers.CharField()
    title = serializers.CharField()
    quantity = serializers.IntegerField()
    packed = serializers.IntegerField()
    shipped = serializers.IntegerField()
    short = serializers.IntegerField()
    unit_price = serializers.DecimalField(**MONEY, required=False)

    def get_product(self, line: OrderLine) -> str:
        """Its address."""
        return absolute(f"/api/products/{line.book_id}/")


class EmployeeOrderShape(SomeEyesOnly, serializers.Serializer):
    model = Order
    seen_as = {
        "url": "reference", "id": "reference", "phase": "state", "ship_to": "ship_to", "items": "reference", "customer": "email"
    }  # fmt: skip

    url = serializers.SerializerMethodField()
    id = serializers.UUIDField(source="number")
    reference = serializers.CharField()
    phase = serializers.SerializerMethodField()
    state = serializers.ChoiceField(State.choices)
    placed_at = serializers.DateTimeField()
    ship_to = ParcelAddressShape(source="*")
    note = serializers.CharField()
    if_short = serializers.ChoiceField(Order.IfShort.choices)
    customer = serializers.SerializerMethodField()
    email = serializers.EmailField(required=False)
    payment = serializers.ChoiceField(Order.Payment.choices, required=False)
    total = serializers.DecimalField(**MONEY, required=False)
    currency = serializers.CharField(required=False)
    items = EmployeeLineShape(many=True, source="lines.all")

    def get_url(self, order: Order) -> str:
        """Where this order is."""
        return absolute(f"/api/employee/orders/{order.number}/")

    def get_phase(self, order: Order) -> serializers.ChoiceField(Phase.choices):
        return phase_of(order.state)

    def get_customer(self, order: Order) -> str | None:
        """Its address; null for guests."""
        return absolute(f"/api/customers/{order.user_id}/") if order.user_id else None


class PhaseShape(shapes.Strict):
    phase = serializers.ChoiceField([Phase.PROCESSING.value])


class EmployeeAddressShape(serializers.ModelSerializer):
    url = serializers.SerializerMethodField()
    customer = serializers.SerializerMethodField()

    class Meta:
        model = Address
        fields = ("url", "customer", "is_default", *PARTS)

    def get_url(self, entry: Address) -> str:
        """Where this address is."""
        return absolute(f"/api/employee/addresses/{entry.pk}/")

    def get_customer(self, entry: Address) -> str:
        """Whose it is."""
        return absolute(f"/api/customers/{entry.user_id}/")


class LinksShape(serializers.Serializer):
    orders = serializers.URLField()
    products = serializers.URLField()
    addresses = serializers.URLField()


class Employee(Door):
    permission_classes = [ForStaff]
    rights = {"GET": ()}

    @extend_schema(operation_id="employee", responses=LinksShape)
    def get(self, request):
        """For staff: see where to begin. What is behind each link is for those of the table of roles."""
        parts = {"orders": "employee/orders", "products": "products", "addresses": "employee/addresses"}
        return Response({name: absolute(f"/api/{path}/") for name, path in parts.items()})


class EmployeeOrders(Door):
    permission_classes = [ForStaff]
    rights = {"GET": (LOOK_AT_ORDERS,)}

    @extend_schema(
        operation_id="employee_orders",
        parameters=[PHASE, *paging.PARAMETERS],
        responses=paging.page_of(EmployeeOrderShape),
    )
    def get(self, request):
        """For staff: list orders, the newest first. Dispatchers see what is to be packed, and nothing of money and customer."""
        phase, orders = request.query_params.get("phase", ""), queries.every_order()
        if phase:
            if phase not in Phase.values:
                raise missing(("phase", f"Choose one of {', '.join(Phase.values)}."))
            orders = orders.filter(state__in=PHASES[Phase(phase)])
        if not request.user.has_perm(SEE_ALL_ORDERS):
            orders = orders.filter(state__in=TO_BE_PACKED)
        return paging.answer_page(request, orders, EmployeeOrderShape)


class EmployeeOrder(Door):
    permission_classes = [ForStaff]
    rights = {"GET": (LOOK_AT_ORDERS,), "PUT": (LOOK_AT_ORDERS, SETTLE_ORDER)}

    @extend_schema(operation_id="employee_orders_read", responses=EmployeeOrderShape)
    def get(self, request, number: UUID):
        """For staff: read an order, as much of it as in the admin."""
        return self._show(request, _order(request, number))

    @extend_schema(
        operation_id="employee_orders_process",
        request=PhaseShape,
        responses={200: EmployeeOrderShape, 202: EmployeeOrderShape},
    )
    def put(self, request, number: UUID):
        """For staff: have the order processed. 202: it goes to the warehouse at once; 200: the warehouse has it."""
        shapes.read(PhaseShape, request)
        order, now = _order(request, number), timezone.now()
        if phase_of(order.state) == Phase.PROCESSING:
            return self._show(request, order)
        if order.state != State.PLACED:
            raise not_ours(order, order.state_at(now), State.ACCEPTED)
        hurry(order, by=request.user, now=now)
        return self._show(request, order, status=202)

    def _show(self, request, order: Order, *, status: int = 200) -> Response:
        return Response(EmployeeOrderShape(order, context={"request": request}).data, status=status)


class EmployeeAddresses(Door):
    permission_classes = [ForStaff]
    rights = {"GET": (LOOK, SEE_BILLING)}

    @extend_schema(
        operation_id="employee_addresses", parameters=paging.PARAMETERS, responses=paging.page_of(EmployeeAddressShape)
    )
    def get(self, request):
        """For staff who may see billing addresses: list the address books of all whom they may see."""
        return paging.answer_page(request, _addresses(request), EmployeeAddressShape)


class EmployeeAddress(Door):
    permission_classes = [ForStaff]
    rights = {"GET": (LOOK, SEE_BILLING)}

    @extend_schema(operation_id="employee_addresses_read", responses=EmployeeAddressShape)
    def get(self, request, address_id: int):
        """For staff who may see billing addresses: read one of them."""
        if entry := _addresses(request).filter(pk=address_id).first():
            return Response(EmployeeAddressShape(entry).data)
        raise Http404


def _order(request, number: UUID) -> Order:
    """:raises Http404: also for one that this member of staff may not see."""
    found = queries.any_order(number)
    if found is None or not (request.user.has_perm(SEE_ALL_ORDERS) or found.state in TO_BE_PACKED):
        raise Http404
    return found


def _addresses(request):
    people = people_for(request.user).order_by().values("pk")
    return Address.objects.filter(user__in=people).order_by("user", "pk")
