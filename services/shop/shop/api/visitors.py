"""Who holds which cart: an account its own, a guest the one whose token they show."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.core import signing
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from shop.accounts.models import User
from shop.api.problems import Problem
from shop.cart.queries import SESSION_KEY

HEADER = "X-Cart-Token"
SALT = "shop.api.cart"
PARAMETER = OpenApiParameter(
    HEADER, str, OpenApiParameter.HEADER, description="A guest's cart: the token of an earlier answer."
)


TOKEN = OpenApiParameter(
    HEADER, str, OpenApiParameter.HEADER, response=[200, 201], description="What opens a guest's cart again."
)


@dataclass
class Visitor:
    """What carts want to know of a visitor, told by headers where a page has a session."""

    user: User | AnonymousUser
    session: dict

    @classmethod
    def of(cls, request: Request) -> "Visitor":
        """:raises Problem: 400, for a token that this shop has not made."""
        return cls(request.user, {} if request.user.is_authenticated else guest_cart(request))

    @property
    def token(self) -> str | None:
        """What opens a guest's cart again; the database alone does not tell it."""
        key = self.session.get(SESSION_KEY)
        return signing.Signer(salt=SALT).sign(UUID(key).hex) if key else None


def guest_cart(request: Request) -> dict[str, str]:
    """The guest's cart that the request names, as a session would hold it.

    :raises Problem: 400
    """
    token = request.headers.get(HEADER, "")
    if not token:
        return {}
    try:
        return {SESSION_KEY: str(UUID(signing.Signer(salt=SALT).unsign(token)))}
    except (signing.BadSignature, ValueError):
        detail = f"{HEADER} is no token of this shop. Leave it out, and the first book you add brings a new one."
        raise Problem(400, "bad-cart-token", "A header is wrong", detail) from None
