"""Books that somebody would like to have. Nobody else sees them: not on a page, not in the admin."""

from django.conf import settings
from django.db import models
from django.db.models import F

MOST_BOOKS = 500


class WishlistEntry(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="wishlist")
    book = models.ForeignKey("catalogue.Book", on_delete=models.CASCADE, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "wishlist entries"
        constraints = [models.UniqueConstraint(fields=["user", "book"], name="one_wishlist_entry_per_book")]
        indexes = [models.Index(F("user"), F("added_at").desc(), name="wishlist_newest_first")]

    def __str__(self) -> str:
        return f"{self.book_id} for {self.user_id}"
