from django.contrib import admin
from django.db.models import Sum
from django.urls import path
from django.utils.html import format_html

from store.admin_site import NothingIsDeleted
from store.orders.admin import SPOKEN_REFERENCE
from store.returns import pages
from store.returns.models import OPEN_STATES, Return, ReturnState


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [("open", "not closed yet"), *ReturnState.choices]

    def queryset(self, request, returns):
        if self.value() == "open":
            return returns.filter(state__in=OPEN_STATES)
        return returns.filter(state=self.value()) if self.value() else returns


@admin.register(Return)
class ReturnAdmin(NothingIsDeleted, admin.ModelAdmin):
    """What customers send back: decided here, received by scanning, looked at."""

    list_display = ["reference_shown", "state_shown", "order_shown", "pieces", "why", "asked_at"]
    list_filter = [StateFilter, "why", "asked_at"]
    list_select_related = ["order"]
    list_per_page = 50
    search_fields = [
        "number",
        "order__number",
        "lines__line__isbn13",
        "lines__line__title",
        "lines__copies__copy__barcode",
    ]
    search_help_text = "Number of a return or an order, ISBN, title or barcode"
    ordering = ["-asked_at", "-id"]
    actions = None
    change_list_template = "admin/returns/list.html"

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(pieces=Sum("lines__quantity"))

    def get_urls(self):
        receive = self.admin_site.admin_view(self.receive_view)
        return [path("receive/", receive, name="returns_return_receive"), *super().get_urls()]

    def get_search_results(self, request, queryset, search_term):
        # Customers name the first eight digits, with a dash in the middle; the number itself has none there.
        spoken = SPOKEN_REFERENCE.sub(r"\1\2", search_term.removeprefix("R-").removeprefix("r-"))
        return super().get_search_results(request, queryset, spoken)

    def has_add_permission(self, request) -> bool:
        return False

    # Not the changeform's own view: that one runs in a transaction, and ours begin in the operations.
    def change_view(self, request, object_id, form_url="", extra_context=None):
        return pages.show(self, request, object_id)

    def receive_view(self, request):
        return pages.receive(self, request)

    @admin.display(description="return", ordering="number")
    def reference_shown(self, found: Return):
        return format_html('<span title="{}">{}</span>', found.number, found.reference)

    @admin.display(description="state", ordering="state")
    def state_shown(self, found: Return):
        return format_html('<span class="state state-{}">{}</span>', found.state, found.get_state_display())

    @admin.display(description="order", ordering="order__number")
    def order_shown(self, found: Return) -> str:
        return found.order.reference

    @admin.display(description="copies", ordering="pieces")
    def pieces(self, found: Return) -> int:
        return found.pieces or 0
