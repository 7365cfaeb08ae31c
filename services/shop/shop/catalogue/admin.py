from django.conf import settings
from django.contrib import admin
from django.utils.html import format_html

from shop.catalogue.models import Book
from shop.outbox.admin import ReadOnly
from shop.pages.wording import money


@admin.register(Book)
class BookAdmin(ReadOnly):
    """The catalogue as heard from the store, which is where books are changed."""

    list_display = ["title", "byline", "isbn13", "sum", "store_free", "retired_at", "in_the_store"]
    list_filter = [("retired_at", admin.EmptyFieldListFilter), ("cover_error", admin.EmptyFieldListFilter), "language"]
    search_fields = ["title", "=isbn13", "series", "publisher"]
    ordering = ["-id"]
    show_full_result_count = False
    readonly_fields = ["in_the_store"]

    @admin.display(description="price", ordering="price")
    def sum(self, book: Book) -> str:
        return money(book.price, book.currency)

    @admin.display(description="in the store")
    def in_the_store(self, book: Book) -> str:
        return format_html(
            '<a href="{}/admin/catalogue/book/{}/change/">Book {}</a>', settings.STORE_PUBLIC_URL, book.pk, book.pk
        )
