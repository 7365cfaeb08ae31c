from django.contrib import admin, messages
from django.utils import timezone

from shop.contact.models import Message
from shop.contact.operations import done_with
from shop.outbox.admin import ReadOnly


class Waiting(admin.SimpleListFilter):
    title, parameter_name = "waiting", "waiting"

    def lookups(self, request, model_admin):
        return [("yes", "Yes"), ("no", "No")]

    def queryset(self, request, rows):
        if self.value() not in ("yes", "no"):
            return rows
        return rows.filter(done_at__isnull=self.value() == "yes")


@admin.register(Message)
class MessageAdmin(ReadOnly):
    """Answered by e-mail; here they are found, and marked when they are dealt with."""

    actions = ["dealt_with"]
    list_display = ["name", "email", "about", "beginning", "at", "done_at"]
    list_filter = [Waiting, "at"]
    search_fields = ["email", "name", "about", "text"]
    ordering = ["-at"]
    list_per_page = 50
    show_full_result_count = False
    exclude = ["key", "network"]

    @admin.display(description="message")
    def beginning(self, message: Message) -> str:
        return message.text if len(message.text) <= 80 else f"{message.text[:79]}…"

    @admin.action(description="Dealt with", permissions=["deal"])
    def dealt_with(self, request, rows):
        number = done_with(rows, who=request.user, now=timezone.now())
        self.message_user(request, f"{number} dealt with.", messages.SUCCESS if number else messages.WARNING)

    def has_deal_permission(self, request) -> bool:
        return request.user.has_perm("contact.change_message")
