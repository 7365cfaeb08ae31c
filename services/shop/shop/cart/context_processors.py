"""What every page shows of the visitor's own things."""

from django.utils.functional import SimpleLazyObject

from shop.cart import queries


def belongings(request) -> dict:
    """Number of copies in the visitor's cart and the books they wish for; asked of the database once, where shown."""
    found = SimpleLazyObject(lambda: queries.belongings_of(request))
    return {
        "cart_count": SimpleLazyObject(lambda: found.copies),
        "wished": SimpleLazyObject(lambda: found.wished),
    }
