from django.contrib import admin

from store.admin_site import OnlyToLookAt, RowsToLookAt
from store.holds.models import Hold, HoldLine


class LinesOfHold(RowsToLookAt):
    model = HoldLine
    fields = readonly_fields = ["line", "book", "quantity"]


@admin.register(Hold)
class HoldAdmin(OnlyToLookAt, admin.ModelAdmin):
    """Why copies are reserved that no order waits for."""

    list_display = ["number", "state", "made_at", "held_until", "ended_at"]
    list_filter = ["state"]
    list_per_page = 50
    search_fields = ["number"]
    search_help_text = "Order number"
    ordering = ["-id"]
    inlines = [LinesOfHold]
