from django.contrib import admin

from shop.notifications.models import Mail
from shop.outbox.admin import DeliverableAdmin
from worker_bell import Topic


@admin.register(Mail)
class MailAdmin(DeliverableAdmin):
    wakes = Topic.MAIL
    list_display = ["subject", "to", "kind", "state", "attempts", "next_at", "last_error", "created_at", "done_at"]
    list_filter = ["state", "kind"]
    search_fields = ["to", "subject", "event", "key"]
    exclude = ["html"]
