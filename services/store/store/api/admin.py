from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from store.admin_site import OnlyToLookAt
from store.api.models import BookWrite, ServiceCredential


@admin.register(ServiceCredential)
class ServiceCredentialAdmin(OnlyToLookAt, admin.ModelAdmin):
    """Credentials are made and changed by commands, so that no person ever holds a token."""

    list_display = ["name", "scopes", "created_at", "expires_at"]
    ordering = ["name", "-created_at"]
    fields = ["name", "scopes", "created_at", "expires_at"]


@admin.register(BookWrite)
class BookWriteAdmin(OnlyToLookAt, admin.ModelAdmin):
    """Who changed which book through another service, and how it was before."""

    list_display = ["at", "actor", "verb", "isbn13", "named_fields", "client"]
    list_filter = ["verb", "client", "at"]
    list_per_page = 50
    search_fields = ["isbn13", "actor"]
    search_help_text = "ISBN, or who did it"
    ordering = ["-id"]
    fields = ["at", "actor", "client", "verb", "isbn13", "in_words", "the_book"]
    readonly_fields = ["in_words", "the_book"]

    @admin.display(description="fields")
    def named_fields(self, write: BookWrite) -> str:
        return ", ".join(sorted(write.changes)).replace("_", " ")

    @admin.display(description="changes")
    def in_words(self, write: BookWrite):
        lines = [(name.replace("_", " "), *map(_shown, pair)) for name, pair in sorted(write.changes.items())]
        return format_html_join("", "{}: {} → {}<br>", lines)

    @admin.display(description="the book now")
    def the_book(self, write: BookWrite):
        url = reverse("admin:catalogue_book_change", args=[write.book_id])
        return format_html('<a href="{}">Book {}</a>', url, write.book_id)


def _shown(value) -> str:
    """A value of the feed as people write it."""
    if isinstance(value, list):
        return "; ".join(" > ".join(one) if isinstance(one, list) else one for one in value) or "—"
    return "—" if value in (None, "") else str(value)
