"""Returns for staff. They are decided on and received in the warehouse; here one looks."""

from django.contrib import admin

from shop.orders.admin import numbers_meant
from shop.outbox.admin import ReadOnly
from shop.returns.models import Return, ReturnLine
from shop.staff.seeing import SomeEyesOnly


class LinesOfReturn(SomeEyesOnly, admin.TabularInline):
    model = ReturnLine
    fields = ["line", "quantity", "received", "restocked", "damaged", "not_ours", "missing", "refund"]
    extra = 0
    can_delete = False

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


@admin.register(Return)
class ReturnAdmin(ReadOnly):
    list_display = ["reference", "state", "order", "why", "by_hand", "asked_at"]
    list_select_related = ["order"]
    list_filter = ["state", "why", "asked_at"]
    search_fields = ["order__email", "order__ship_name"]
    search_help_text = "Number of a return or reference of its order, e-mail address or name"
    ordering = ["-asked_at", "number"]
    list_per_page = 50
    show_full_result_count = False
    inlines = [LinesOfReturn]

    def get_search_results(self, request, returns, search_term):
        if numbers := numbers_meant(search_term.strip().upper().removeprefix("R-")):
            return returns.filter(number__range=numbers) | returns.filter(order__number__range=numbers), False
        return super().get_search_results(request, returns, search_term)
