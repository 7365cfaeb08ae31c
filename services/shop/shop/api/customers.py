"""Doors to the people of the shop, for staff who may see them; what they see is what the admin shows them."""

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from shop.accounts.addresses import PARTS, addresses_of
from shop.accounts.admin import VERIFIED
from shop.accounts.models import Address, User
from shop.api import paging
from shop.api.door import Door
from shop.api.permissions import ForStaff
from shop.orders.models import Order
from shop.staff.roles import LETTERS, SEE_BILLING

LOOK, GIVE_ROLES = "accounts.view_user", "accounts.change_user"
LONGEST_SEARCH = 100
SEARCH = OpenApiParameter("search", str, description="A part of an e-mail address or of a name.")
ORDERS = Subquery(
    Order.objects.filter(user=OuterRef("pk")).order_by().values("user").annotate(n=Count("pk")).values("n")
)


class PersonShape(serializers.Serializer):
    id = serializers.IntegerField()
    email = serializers.EmailField()
    name = serializers.CharField()
    is_active = serializers.BooleanField()
    is_verified = serializers.BooleanField(help_text="The address is confirmed.")
    joined_at = serializers.DateTimeField()
    last_login = serializers.DateTimeField(allow_null=True)
    orders = serializers.IntegerField(source="order_count")
    groups = serializers.SerializerMethodField()

    def get_groups(self, person: User) -> list[str]:
        return sorted(group.name for group in person.groups.all() if group.name in LETTERS.values())


class PersonAddressShape(serializers.ModelSerializer):
    class Meta:
        model = Address
        fields = ("id", "is_default", *PARTS)


class Customers(Door):
    permission_classes = [ForStaff]
    rights = {"GET": (LOOK,)}

    @extend_schema(
        operation_id="customers_list",
        parameters=[SEARCH, *paging.PARAMETERS],
        responses=paging.page_of(PersonShape),
    )
    def get(self, request):
        """For staff: list people, the newest first. Who gives roles sees staff as well, others customers alone."""
        search = request.query_params.get("search", "").replace("\0", "").strip()[:LONGEST_SEARCH]
        found = people_for(request.user).filter(Q(email__icontains=search) | Q(name__icontains=search))
        return paging.answer_page(request, found.order_by("-joined_at", "pk"), PersonShape)


class OneCustomer(Door):
    permission_classes = [ForStaff]
    rights = {"GET": (LOOK,)}

    @extend_schema(operation_id="customers_read", responses=PersonShape)
    def get(self, request, customer_id: int):
        """For staff: read what is known of somebody."""
        return Response(PersonShape(person_for(request.user, customer_id)).data)


class CustomerAddresses(Door):
    permission_classes = [ForStaff]
    rights = {"GET": (LOOK, SEE_BILLING)}

    @extend_schema(operation_id="customers_addresses", responses=PersonAddressShape(many=True))
    def get(self, request, customer_id: int):
        """For staff who may see billing addresses: list somebody's address book."""
        entries = addresses_of(person_for(request.user, customer_id))
        return Response(PersonAddressShape(entries, many=True).data)


def people_for(user: User) -> QuerySet[User]:
    """Those that this member of staff may see."""
    people = User.objects.prefetch_related("groups").annotate(is_verified=VERIFIED, order_count=Coalesce(ORDERS, 0))
    return people if user.has_perm(GIVE_ROLES) else people.filter(is_staff=False)


def person_for(user: User, customer_id: int) -> User:
    """:raises Http404:"""
    if person := people_for(user).filter(pk=customer_id).first():
        return person
    raise Http404
