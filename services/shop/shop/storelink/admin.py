from django.contrib import admin

from shop.outbox.admin import ReadOnly
from shop.storelink.models import Feed, Retelling, SetAside, StoreEvent


@admin.register(Feed)
class FeedAdmin(ReadOnly):
    list_display = ["name", "heard_at", "stopped_because", "failed_at", "last_error", "walking", "began_anew_at"]


@admin.register(SetAside)
class SetAsideAdmin(ReadOnly):
    list_display = ["key", "feed", "reason", "first_at", "last_at"]
    list_filter = ["feed"]
    search_fields = ["key", "reason"]
    ordering = ["-last_at"]


@admin.register(StoreEvent)
class StoreEventAdmin(ReadOnly):
    list_display = ["order_id", "version", "status", "heard_at"]
    search_fields = ["order__number"]
    ordering = ["-id"]
    show_full_result_count = False

    @admin.display(description="status")
    def status(self, event: StoreEvent) -> str:
        return event.body.get("status", "")


@admin.register(Retelling)
class RetellingAdmin(ReadOnly):
    list_display = ["order_id", "at"]
    search_fields = ["order__number"]
    ordering = ["-at"]
    show_full_result_count = False
