"""Doors by which a program enters, stays and leaves."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from shop.api import entering, shapes, tokens, visitors
from shop.api.accounts import EntryDoor, PairShape
from shop.api.problems import Problem
from shop.api.scopes import read_scope
from shop.cart.visitors import bring_guest_cart
from shop.orders.claiming import claim_orders


class LogInShape(shapes.Strict):
    username = serializers.CharField(max_length=254, help_text="A username or an e-mail address.")
    password = serializers.CharField(max_length=128, trim_whitespace=False)
    code = serializers.CharField(
        max_length=40,
        required=False,
        allow_blank=True,
        help_text="Of the authenticator app, or a recovery code, where there is one.",
    )
    scope = serializers.CharField(
        max_length=500,
        required=False,
        allow_blank=True,
        help_text="What the tokens are to be for, such as “orders:read products:write”. Left out, all that you may.",
    )


class RefreshShape(shapes.Strict):
    refresh = serializers.CharField(max_length=2_000)


class LogIn(EntryDoor):
    always_open = True

    @extend_schema(operation_id="token", parameters=[visitors.PARAMETER], request=LogInShape, responses=PairShape)
    def post(self, request):
        """Log in. A guest's cart, shown as X-Cart-Token, comes into the account's."""
        told, now = shapes.read(LogInShape, request), timezone.now()
        session = visitors.guest_cart(request)
        scope = read_scope(told.get("scope", ""))
        shown = entering.Shown(told["username"], told["password"], told.get("code", ""), scope)
        user, pair = entering.log_in(request._request, shown, now=now)
        bring_guest_cart(visitors.Visitor(user, session), user)
        claim_orders(user)
        return Response(vars(pair))


class Refresh(EntryDoor):
    always_open = True

    @extend_schema(operation_id="token_refresh", request=RefreshShape, responses=PairShape)
    def post(self, request):
        """Get a new pair of tokens for a refresh token, which is used up by it."""
        try:
            pair = tokens.refreshed(shapes.read(RefreshShape, request)["refresh"], now=timezone.now())
        except tokens.NoSuchLogIn:
            detail = "This refresh token is not good any more. Log in again with POST /auth/token/."
            raise Problem(401, "unauthenticated", "Who are you?", detail) from None
        return Response(vars(pair))


class LogOut(EntryDoor):
    always_open = True

    @extend_schema(operation_id="log_out", request=RefreshShape, responses={204: None})
    def post(self, request):
        """End the log-in of a refresh token: its access tokens end with it, at once."""
        tokens.end(shapes.read(RefreshShape, request)["refresh"])
        return Response(status=204)
