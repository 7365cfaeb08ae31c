from django.contrib import admin, messages
from django.utils import timezone

from shop.bell import ring_after_commit
from shop.outbox.models import OutboxMessage
from shop.outbox.operations import send_again
from worker_bell import Topic


class ReadOnly(admin.ModelAdmin):
    """Rows to be looked at; what may be done about them is an action."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class DeliverableAdmin(ReadOnly):
    """:cvar wakes: what is rung for when rows are to be sent again."""

    wakes: Topic
    actions = ["send_again"]
    list_filter = ["state"]
    search_fields = ["key", "last_error"]
    ordering = ["-id"]
    show_full_result_count = False

    @admin.action(description="Send again", permissions=["send_again"])
    def send_again(self, request, rows):
        number = send_again(rows, now=timezone.now())
        ring_after_commit(self.wakes)
        self.message_user(request, f"{number} will be sent again.", messages.SUCCESS if number else messages.WARNING)
        if number < rows.count():
            self.message_user(request, "The others were delivered already, or their order is over.", messages.WARNING)

    def has_send_again_permission(self, request) -> bool:
        return request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}")


@admin.register(OutboxMessage)
class OutboxMessageAdmin(DeliverableAdmin):
    wakes = Topic.OUTBOX
    list_display = ["key", "topic", "state", "attempts", "next_at", "last_error", "created_at", "done_at"]
