"""Doors to the groups of staff: what each may do, who is in it, and putting somebody in or out, by the rules of the admin."""

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from shop.accounts.models import User
from shop.api import paging
from shop.api.customers import GIVE_ROLES
from shop.api.door import Door
from shop.api.permissions import ForStaff
from shop.api.problems import Problem
from shop.staff import giving, membership
from shop.staff.roles import GIVES, LETTERS, SHORT, permissions

SHORT_OF = {name: short for short, name in SHORT.items()}


class GroupShape(serializers.Serializer):
    group = serializers.CharField(help_text="In addresses.")
    name = serializers.CharField()
    permissions = serializers.ListField(child=serializers.CharField())
    gives = serializers.ListField(child=serializers.CharField(), help_text="Groups that its members put people into.")
    is_yours_to_give = serializers.BooleanField()


class MemberShape(serializers.Serializer):
    id = serializers.IntegerField()
    email = serializers.EmailField()
    name = serializers.CharField()


class Groups(Door):
    permission_classes = [ForStaff]
    rights = {"GET": (GIVE_ROLES,)}

    @extend_schema(operation_id="groups_list", responses=GroupShape(many=True))
    def get(self, request):
        """For owners and user managers: list the groups, with their permissions as the table of roles has them."""
        mine, told = giving.gives(request.user), permissions()
        groups = [
            {
                "group": SHORT_OF[name],
                "name": name,
                "permissions": sorted(permission for permission, groups in told.items() if name in groups),
                "gives": sorted(SHORT_OF[other] for other in GIVES.get(name, ())),
                "is_yours_to_give": name in mine,
            }
            for name in LETTERS.values()
        ]
        return Response(GroupShape(groups, many=True).data)


class Members(Door):
    permission_classes = [ForStaff]
    rights = {"GET": (GIVE_ROLES,)}

    @extend_schema(operation_id="groups_members", parameters=paging.PARAMETERS, responses=paging.page_of(MemberShape))
    def get(self, request, group: str):
        """For owners and user managers: list who is in a group."""
        return paging.answer_page(
            request, User.objects.filter(groups__name=_name(group)).order_by("email"), MemberShape
        )


class Member(Door):
    permission_classes = [ForStaff]
    rights = {"PUT": (GIVE_ROLES,), "DELETE": (GIVE_ROLES,)}

    def is_there(self, request, group: str, customer_id: int) -> bool:
        return User.objects.filter(pk=customer_id, groups__name=_name(group)).exists()

    @extend_schema(operation_id="groups_put_in", request=None, responses={204: None})
    def put(self, request, group: str, customer_id: int):
        """Put somebody into a group: they may enter the admin from then on. Doing it again is harmless."""
        return _change(request, membership.put_in, group, customer_id)

    @extend_schema(operation_id="groups_take_out", responses={204: None})
    def delete(self, request, group: str, customer_id: int):
        """Take somebody out of a group. Doing it again is harmless."""
        return _change(request, membership.take_out, group, customer_id)


def _change(request, change, group: str, customer_id: int) -> Response:
    person = User.objects.filter(pk=customer_id).first()
    if person is None:
        raise Http404
    try:
        change(person, _name(group), by=request.user)
    except giving.NotYours as refusal:
        raise Problem(403, "not-yours-to-give", "Not allowed", str(refusal)) from None
    return Response(status=204)


def _name(group: str) -> str:
    """:raises Http404: for a group that is not in the table."""
    if group in SHORT:
        return SHORT[group]
    raise Http404
