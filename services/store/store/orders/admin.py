import re

from django.contrib import admin
from django.db.models import Sum
from django.urls import path
from django.utils.html import format_html

from store.accounts.seeing import SomeEyesOnly
from store.admin_site import NothingIsDeleted
from store.orders import packing_page
from store.orders.models import OPEN_STATES, Order, OrderState


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [("open", "to pack"), *OrderState.choices]

    def queryset(self, request, orders):
        if self.value() == "open":
            return orders.that_may_be_packed().filter(state__in=OPEN_STATES)
        return orders.filter(state=self.value()) if self.value() else orders


SPOKEN_REFERENCE = re.compile(r"\b([0-9a-fA-F]{4})-([0-9a-fA-F]{4})(?![0-9a-fA-F-])")


@admin.register(Order)
class OrderAdmin(NothingIsDeleted, SomeEyesOnly, admin.ModelAdmin):
    """Orders come from the shop; here they are packed."""

    list_display = ["reference_shown", "state_shown", "receiver", "pieces", "placed_at", "total_shown"]
    list_filter = [StateFilter, "placed_at"]
    list_per_page = 50
    search_fields = ["number", "lines__isbn13", "lines__title", "ship_to__name"]
    search_help_text = "Order number, ISBN, title or the receiver's name"
    ordering = ["-placed_at", "-id"]
    actions = ["pick_list"]

    def get_queryset(self, request):
        return super().get_queryset(request).seen_by(request.user).annotate(pieces=Sum("lines__quantity"))

    def get_urls(self):
        copies = self.admin_site.admin_view(self.copies_view)
        return [path("<path:object_id>/copies/", copies, name="orders_order_copies"), *super().get_urls()]

    def get_search_results(self, request, queryset, search_term):
        # Customers name the first eight digits, with a dash in the middle; the number itself has none there.
        return super().get_search_results(request, queryset, SPOKEN_REFERENCE.sub(r"\1\2", search_term))

    def has_add_permission(self, request) -> bool:
        return False

    # Not the changeform's own view: that one runs in a transaction, and ours begin in the operations.
    def change_view(self, request, object_id, form_url="", extra_context=None):
        return packing_page.show(self, request, object_id)

    def copies_view(self, request, object_id):
        return packing_page.choices(request, object_id)

    @admin.action(description="Print a pick list for the chosen orders", permissions=["view"])
    def pick_list(self, request, orders):
        from store.labels.views import pick_list_of  # which stands above the orders

        return pick_list_of(request, orders.to_pack().order_by("placed_at", "id"))

    @admin.display(description="order", ordering="number")
    def reference_shown(self, order: Order):
        return format_html('<span title="{}">{}</span>', order.number, order.reference)

    @admin.display(description="state", ordering="state")
    def state_shown(self, order: Order):
        return format_html('<span class="state state-{}">{}</span>', order.state, order.get_state_display())

    @admin.display(description="receiver")
    def receiver(self, order: Order) -> str:
        return order.ship_to.get("name", "—")

    @admin.display(description="books", ordering="pieces")
    def pieces(self, order: Order) -> int:
        return order.pieces or 0

    @admin.display(description="total", ordering="total")
    def total_shown(self, order: Order) -> str:
        return f"{order.total} {order.currency}"
