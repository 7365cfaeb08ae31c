"""Doors to the wishlist and the address book, each found through its owner (L28)."""

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from shop.accounts import addresses
from shop.accounts.models import Address
from shop.api import paging, shapes
from shop.api.door import Door, Writes
from shop.api.order_shapes import AddressShape
from shop.api.problems import refused
from shop.api.products import ProductShape
from shop.wishlist import operations, queries


class WishShape(serializers.Serializer):
    added_at = serializers.DateTimeField()
    product = ProductShape(source="book")


class NewWishShape(shapes.Strict):
    product_id = serializers.IntegerField(min_value=1, max_value=shapes.LARGEST_ID)


class KeptAddressShape(AddressShape):
    id = serializers.IntegerField(read_only=True)
    is_default = serializers.BooleanField(required=False)

    class Meta(AddressShape.Meta):
        fields = ("id", *AddressShape.Meta.fields, "is_default")

    def validate(self, parts: dict) -> dict:
        wanted = {"is_default": parts.pop("is_default")} if "is_default" in parts else {}
        return super().validate(parts) | wanted


class OwnDoor(Door):
    writes = Writes.IN_ONE


class Wishlist(OwnDoor):
    @extend_schema(operation_id="wishlist_list", parameters=paging.PARAMETERS, responses=paging.page_of(WishShape))
    def get(self, request):
        """List what you wish for, the newest wish first."""
        return paging.answer_page(request, queries.entries_of(request.user), WishShape)

    @extend_schema(operation_id="wishlist_add", request=NewWishShape, responses={204: None})
    def post(self, request):
        """Wish for a book. Doing it again is harmless."""
        book_id = shapes.read(NewWishShape, request)["product_id"]
        try:
            operations.add(request.user, book_id=book_id, now=timezone.now())
        except operations.WishlistRefused as refusal:
            raise refused(refusal) from None
        return Response(status=204)


class Wish(OwnDoor):
    def is_there(self, request, product_id: int) -> bool:
        return request.user.wishlist.filter(book=min(product_id, shapes.LARGEST_ID)).exists()

    @extend_schema(operation_id="wishlist_remove", responses={204: None})
    def delete(self, request, product_id: int):
        """Take a book off the list. Doing it again is harmless."""
        operations.remove(request.user, book_id=product_id)
        return Response(status=204)


class Addresses(OwnDoor):
    @extend_schema(operation_id="addresses_list", responses=KeptAddressShape(many=True))
    def get(self, request):
        """List your address book, the default one first. There are few enough for one answer."""
        return Response(KeptAddressShape(addresses.addresses_of(request.user), many=True).data)

    @extend_schema(operation_id="addresses_add", request=KeptAddressShape, responses={201: KeptAddressShape})
    def post(self, request):
        """Keep an address. The first one is the default."""
        parts = shapes.read(KeptAddressShape, request)
        is_default = parts.pop("is_default", False)
        try:
            kept = addresses.add_address(request.user, Address(**parts), now=timezone.now())
        except addresses.TooManyAddresses as refusal:
            raise refused(refusal) from None
        return _show(request, kept, is_default=is_default, status=201)


class OneAddress(OwnDoor):
    @extend_schema(operation_id="addresses_read", responses=KeptAddressShape)
    def get(self, request, address_id: int):
        """Read an address of your address book."""
        return Response(KeptAddressShape(_own(request, address_id)).data)

    @extend_schema(operation_id="addresses_change", request=KeptAddressShape, responses=KeptAddressShape)
    def put(self, request, address_id: int):
        """Change an address. Orders that were placed keep the old one."""
        entry, parts = _own(request, address_id), shapes.read(KeptAddressShape, request)
        is_default = parts.pop("is_default", False)
        for name, value in parts.items():
            setattr(entry, name, value)
        entry.save(update_fields=list(parts))
        return _show(request, entry, is_default=is_default)

    @extend_schema(operation_id="addresses_remove", responses={204: None})
    def delete(self, request, address_id: int):
        """Take an address out of your address book. Orders that were placed keep it."""
        addresses.remove_address(request.user, _own(request, address_id))
        return Response(status=204)


def _show(request, entry: Address, *, is_default: bool, status: int = 200) -> Response:
    if is_default:
        addresses.make_default(request.user, entry)
    return Response(KeptAddressShape(_own(request, entry.pk)).data, status=status)


def _own(request, address_id: int) -> Address:
    if entry := addresses.address_of(request.user, address_id):
        return entry
    raise Http404
