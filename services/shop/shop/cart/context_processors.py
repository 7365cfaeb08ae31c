"""What every page shows of the cart."""

from django.utils.functional import SimpleLazyObject

from shop.cart import queries


def cart_badge(request) -> dict:
    """Number of copies in the visitor's cart, asked of the database only where a page shows it."""
    return {"cart_count": SimpleLazyObject(lambda: queries.count_of(request))}
