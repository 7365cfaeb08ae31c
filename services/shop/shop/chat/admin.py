from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from shop.chat import queries
from shop.chat.models import CannedAnswer, Opening, Room
from shop.outbox.admin import ReadOnly


class Waiting(admin.SimpleListFilter):
    title, parameter_name = "waiting", "waiting"

    def lookups(self, request, model_admin):
        return [("yes", "Yes")]

    def queryset(self, request, rooms):
        waits = queries.waiting(now=timezone.now()).values("pk")
        return rooms.filter(pk__in=waits) if self.value() == "yes" else rooms


@admin.register(Room)
class RoomAdmin(ReadOnly):
    """Found here; led at the desk."""

    list_display = ["at_the_desk", "state", "email", "name", "taken_by", "opened_at", "last_at"]
    list_display_links = None
    list_filter = [Waiting, "state", "opened_at"]
    list_select_related = ["order", "taken_by"]
    search_fields = ["email", "name"]
    ordering = ["-last_at"]
    list_per_page = 50
    show_full_result_count = False
    fields = ["at_the_desk", "state", "email", "name", "taken_by", "opened_at", "last_at", "closed_at"]
    readonly_fields = ["at_the_desk"]

    @admin.display(description="talk")
    def at_the_desk(self, room: Room) -> str:
        return format_html('<a href="{}">{}</a>', reverse("desk:talk", args=[room.pk]), room)


@admin.register(CannedAnswer)
class CannedAnswerAdmin(admin.ModelAdmin):
    """Put into an answer at the desk, and changed there."""

    fieldsets = [
        (None, {"fields": ["title", "text"], "description": "Where the text says {name}, the shopper's stands."})
    ]
    list_display = ["title", "text"]
    search_fields = ["title", "text"]
    ordering = ["title"]


@admin.register(Opening)
class OpeningAdmin(ReadOnly):
    """Who switched it last. It is switched at the desk."""

    list_display = ["is_open", "changed_at", "changed_by"]
