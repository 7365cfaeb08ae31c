"""What somebody means to buy."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

MAX_QUANTITY = 99
MAX_LINES = 100


class Cart(models.Model):
    """One per user; a guest's is found by its key, which only that guest's session knows."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"Cart of {self.user or 'a guest'}"


class CartLine(models.Model):
    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="lines")
    book = models.ForeignKey("catalogue.Book", on_delete=models.CASCADE, related_name="+")
    quantity = models.PositiveSmallIntegerField()
    price_when_added = models.DecimalField(max_digits=10, decimal_places=2)
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cart", "book"], name="one_cart_line_per_book"),
            models.CheckConstraint(condition=Q(quantity__gte=1, quantity__lte=MAX_QUANTITY), name="cart_quantity_sane"),
        ]
        indexes = [models.Index(F("cart"), F("added_at"), name="cart_lines_in_order")]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.book}"

    @property
    def total(self):
        return self.quantity * self.book.price_now

    @property
    def was_price(self):
        """The price when the book was put in, if it is another one today; None otherwise."""
        return self.price_when_added if self.price_when_added != self.book.price_now else None

    @property
    def less(self) -> int:
        """How many copies one press less leaves; the last goes by its own button."""
        return max(self.quantity - 1, 1)

    @property
    def more(self) -> int:
        return min(self.quantity + 1, MAX_QUANTITY)

    others_in: str = ""  # other currencies of the same cart, once it is read as a whole

    @property
    def problem(self) -> str:
        """Why this line cannot be ordered as it stands, in the shopper's words; '' if it can.

        The book must come with its `available`.
        """
        if self.others_in:
            return f"Priced in {self.book.currency}, others in {self.others_in}: an order takes one currency."
        if self.book.is_retired:
            return "No longer sold."
        if self.book.available < 1:
            return "Not in stock at the moment."
        if self.book.available < self.quantity:
            return f"Only {self.book.available} left."
        return ""

    @property
    def can_take(self) -> int:
        """How many copies of what is wanted could be ordered now."""
        return 0 if self.book.is_retired or self.others_in else min(self.book.available, self.quantity)
