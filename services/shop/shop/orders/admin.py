import re
from uuid import UUID

from django.contrib import admin

from shop.orders.models import Order, OrderEvent, OrderLine
from shop.outbox.admin import ReadOnly
from shop.pages.wording import money

REFERENCE = re.compile(r"([0-9a-f]{4})-?([0-9a-f]{4})", re.IGNORECASE)


class LookOnlyInline(admin.TabularInline):
    extra = 0
    can_delete = False

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


class LineInline(LookOnlyInline):
    model = OrderLine
    fields = [
        "position",
        "isbn13",
        "title",
        "quantity",
        "list_price",
        "price_reason",
        "unit_price",
        "discount",
        "packed",
        "shipped",
        "short",
    ]
    ordering = ["position"]


class EventInline(LookOnlyInline):
    model = OrderEvent
    fields = ["version", "state", "at", "actor", "reason"]
    ordering = ["version"]


class NeedsAttention(admin.SimpleListFilter):
    title = "needs attention"
    parameter_name = "attention"

    def lookups(self, request, model_admin):
        return [("yes", "Yes")]

    def queryset(self, request, orders):
        return orders.exclude(attention="") if self.value() == "yes" else orders


@admin.register(Order)
class OrderAdmin(ReadOnly):
    """Orders are moved by customers and by the warehouse; staff look here and act in the warehouse."""

    list_display = ["reference", "state", "email", "ship_name", "sum", "placed_at", "attention"]
    list_filter = [NeedsAttention, "state", "payment", "placed_at", "ship_country"]
    search_fields = ["email", "ship_name", "=coupon_code", "=lines__isbn13"]
    search_help_text = "Reference or number of an order, e-mail address, name, coupon, or ISBN of a book in it"
    ordering = ["-placed_at", "number"]
    date_hierarchy = "placed_at"
    show_full_result_count = False
    inlines = [LineInline, EventInline]

    @admin.display(description="total", ordering="total")
    def sum(self, order: Order) -> str:
        return money(order.total, order.currency)

    def get_search_results(self, request, orders, search_term):
        if numbers := numbers_meant(search_term.strip()):
            return orders.filter(number__range=numbers), False
        return super().get_search_results(request, orders, search_term)


def numbers_meant(text: str) -> tuple[UUID, UUID] | None:
    """First and last number that a full number or a reference can mean; None for other text."""
    if reference := REFERENCE.fullmatch(text):
        start = "".join(reference.groups())
        return UUID(start + "0" * 24), UUID(start + "f" * 24)
    try:
        return UUID(text), UUID(text)
    except ValueError:
        return None
