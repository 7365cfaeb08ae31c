from django.conf import settings
from django.contrib import admin
from django.utils.html import format_html

from shop.catalogue.isbn import isbn13_from
from shop.catalogue.models import Book
from shop.outbox.admin import ReadOnly
from shop.pages.wording import money


@admin.register(Book)
class BookAdmin(ReadOnly):
    """The catalogue as heard from the store, which is where books are changed."""

    list_display = ["title", "byline", "isbn13", "sum", "store_free", "retired_at", "in_the_store"]
    list_filter = [("retired_at", admin.EmptyFieldListFilter), ("cover_error", admin.EmptyFieldListFilter), "language"]
    search_fields = ["title", "series", "publisher"]
    search_help_text = "Title, series, publisher, or an ISBN in any form"
    ordering = ["-id"]
    show_full_result_count = False
    readonly_fields = ["in_the_store"]

    def get_list_display(self, request):
        return _linked(super().get_list_display(request))

    def get_fields(self, request, obj=None):
        return _linked(super().get_fields(request, obj))

    def get_search_results(self, request, books, search_term):
        if isbn := isbn13_from(search_term):
            return books.filter(isbn13=isbn), False
        return super().get_search_results(request, books, search_term)

    @admin.display(description="price", ordering="price")
    def sum(self, book: Book) -> str:
        return money(book.price, book.currency)

    @admin.display(description="in the store")
    def in_the_store(self, book: Book) -> str:
        """The record that may be changed, where the store's public address is known."""
        return format_html(
            '<a href="{}/admin/catalogue/book/{}/change/">Book {}</a>', settings.STORE_PUBLIC_URL, book.pk, book.pk
        )


def _linked(names) -> list[str]:
    return [name for name in names if name != "in_the_store" or settings.STORE_PUBLIC_URL]
