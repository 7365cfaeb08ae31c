"""Reading carts, always through their owner."""

from django.db.models import Sum

from shop.cart.models import Cart, CartLine

SESSION_KEY = "cart"


def cart_of(request) -> Cart | None:
    """The visitor's own cart, None while there is none."""
    if request.user.is_authenticated:
        return Cart.objects.filter(user=request.user).first()
    key = request.session.get(SESSION_KEY)
    return Cart.objects.filter(key=key, user=None).first() if key else None


def count_of(request) -> int:
    if request.user.is_authenticated:
        lines = CartLine.objects.filter(cart__user=request.user)
    elif key := request.session.get(SESSION_KEY):
        lines = CartLine.objects.filter(cart=key, cart__user=None)
    else:
        return 0
    return lines.aggregate(n=Sum("quantity"))["n"] or 0
