"""Webhooks of partners, for owners. A secret is shown by the page that answers its making, and by no other."""

import json

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, Q
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.views.decorators.cache import never_cache

from shop.clock import by_clock
from shop.outbox.admin import ReadOnly
from shop.pages.wording import counted
from shop.webhooks import endpoints
from shop.webhooks.forms import EndpointForm, Since
from shop.webhooks.models import Delivery, Endpoint
from shop.webhooks.sending import body_of

TRIES_SHOWN = 50
WAITING = Delivery.State.WAITING


@admin.register(Endpoint)
class EndpointAdmin(admin.ModelAdmin):
    form = EndpointForm
    actions = ["send_test", "go_on", "replay", "new_secret", "end_old_secret"]
    list_display = ["name", "url", "kinds", "state", "waiting", "last_success_at"]
    search_fields = ["name", "url"]
    ordering = ["name"]
    readonly_fields = ["state", "last_success_at", "old_secret_until", "deliveries"]

    def get_queryset(self, request):
        undelivered = Count("deliveries", filter=Q(deliveries__state=WAITING))
        return super().get_queryset(request).annotate(waiting_now=undelivered)

    def get_readonly_fields(self, request, obj=None):
        return self.readonly_fields if obj else []

    @admin.display(description="events")
    def kinds(self, endpoint: Endpoint) -> str:
        wanted = {"orders": endpoint.wants_orders, "stock": endpoint.wants_stock, "prices": endpoint.wants_prices}
        return ", ".join(name for name, wants in wanted.items() if wants)

    @admin.display(description="state")
    def state(self, endpoint: Endpoint) -> str:
        if endpoint.switched_off_at:
            return f"Switched off since {by_clock(endpoint.switched_off_at, '%F %H:%M %Z')}. {endpoint.why_off}"
        if not endpoint.is_active:
            return "Not active"
        if endpoint.failures:
            return f"Failing since {by_clock(endpoint.failing_since, '%F %H:%M %Z')}: {counted(endpoint.failures, 'attempt')}"
        return "Fine"

    @admin.display(description="waiting", ordering="waiting_now")
    def waiting(self, endpoint: Endpoint) -> int:
        return endpoint.waiting_now

    @admin.display(description="deliveries")
    def deliveries(self, endpoint: Endpoint) -> str:
        url = reverse("admin:webhooks_delivery_changelist")
        return format_html('<a href="{}?endpoint__id__exact={}">What was sent, and what waits</a>', url, endpoint.pk)

    def save_model(self, request, obj, form, change):
        if not change:
            obj.created_at = timezone.now()
            request.shown_secret = endpoints.give_secret(obj)
        super().save_model(request, obj, form, change)

    def get_deleted_objects(self, objs, request):
        """Its deliveries go along, and are counted instead of listed."""
        number = Delivery.objects.filter(endpoint__in=objs).count()
        return list(map(str, objs)), {"webhooks": len(objs), "deliveries": number}, set(), []

    def delete_model(self, request, obj):
        endpoints.remove(obj)

    def delete_queryset(self, request, queryset):
        for endpoint in queryset:
            endpoints.remove(endpoint)

    def response_add(self, request, obj, post_url_continue=None):
        return self._show(request, obj, request.shown_secret, "The secret that signs what is sent to it:")

    @admin.action(description="Send a test event", permissions=["change"])
    def send_test(self, request, rows):
        for endpoint in rows:
            endpoints.send_test(endpoint, now=timezone.now())
        self.message_user(request, "A test event is on its way; see the deliveries.", messages.SUCCESS)

    @admin.action(description="Go on: send what waits, and what was set aside", permissions=["change"])
    def go_on(self, request, rows):
        came = [endpoints.go_on(endpoint, now=timezone.now()) for endpoint in rows]
        served, due = sum(one.was_stopped for one in came), sum(one.sent_now for one in came)
        told = f"{counted(served, 'webhook')} will be served again. "
        told += f"Sent now: {counted(due, 'delivery', 'deliveries')} that had to wait or were set aside."
        self.message_user(request, told, messages.SUCCESS if served or due else messages.WARNING)

    @admin.action(description="Send again what happened since …", permissions=["change"])
    def replay(self, request, rows):
        form = Since(request.POST) if "apply" in request.POST else Since()
        if not (form.is_bound and form.is_valid()):
            return self._ask(request, rows, form, action="replay", title="Send again", answer="Send it again")
        since = form.cleaned_data["since"]
        number = sum(endpoints.replay(endpoint, since=since, now=timezone.now()) for endpoint in rows)
        told = f"{counted(number, 'delivery', 'deliveries')} will be sent again."
        self.message_user(request, told, messages.SUCCESS if number else messages.WARNING)

    @admin.action(description="Make a new secret", permissions=["change"])
    def new_secret(self, request, rows):
        found = list(rows[:2])
        if len(found) != 1:
            self.message_user(request, "Please choose one webhook: each has a secret of its own.", messages.ERROR)
            return None
        if "apply" not in request.POST:
            title = f"A new secret for {found[0]}: the one of today signs beside it for a day"
            return self._ask(request, rows, forms.Form(), action="new_secret", title=title, answer="Make it")
        secret = endpoints.rotate(found[0], now=timezone.now())
        self.log_change(request, found[0], "A new secret was made.")
        return self._show(request, found[0], secret, "The new secret. The old one signs beside it for a day:")

    @admin.action(description="End the old secret at once", permissions=["change"])
    def end_old_secret(self, request, rows):
        number = sum(endpoints.end_old_secret(endpoint) for endpoint in rows)
        told = f"{counted(number, 'old secret')} ended." if number else "None had an old secret."
        self.message_user(request, told, messages.SUCCESS if number else messages.WARNING)

    def _ask(self, request, rows, form, **said):
        context = {**self.admin_site.each_context(request), "opts": self.opts, "form": form, "rows": rows, **said}
        return render(request, "admin/webhooks/ask.html", context, status=400 if form.is_bound else 200)

    @staticmethod
    @never_cache
    def _shown(request, context):
        return render(request, "admin/webhooks/secret.html", context)

    def _show(self, request, endpoint: Endpoint, secret: str, said: str):
        context = {**self.admin_site.each_context(request), "opts": self.opts, "title": f"Secret of {endpoint}"}
        return self._shown(request, {**context, "endpoint": endpoint, "secret": secret, "said": said})


@admin.register(Delivery)
class DeliveryAdmin(ReadOnly):
    actions = ["send_again"]
    list_display = ["subject", "kind", "endpoint", "state", "attempts", "last_error", "created_at", "done_at"]
    list_select_related = ["event", "endpoint"]
    list_filter = ["state", "endpoint", "event__kind"]
    search_fields = ["event__subject", "last_error"]
    search_help_text = "Such as order:<number> or book:<id>, or words of the last error"
    ordering = ["-id"]
    show_full_result_count = False
    fields = [
        "endpoint", "kind", "subject", "event_id_told", "state", "attempts", "next_at", "created_at", "done_at",
        "last_error", "body", "tries",
    ]  # fmt: skip

    @admin.display(description="about", ordering="event__subject")
    def subject(self, delivery: Delivery) -> str:
        return delivery.event.subject

    @admin.display(description="event", ordering="event__kind")
    def kind(self, delivery: Delivery) -> str:
        return delivery.event.kind

    @admin.display(description="webhook-id")
    def event_id_told(self, delivery: Delivery) -> str:
        return delivery.event.public_id

    @admin.display(description="body")
    def body(self, delivery: Delivery) -> str:
        told = json.loads(body_of(delivery.event))
        return format_html("<pre>{}</pre>", json.dumps(told, indent=2, ensure_ascii=False))

    @admin.display(description="attempts made")
    def tries(self, delivery: Delivery) -> str:
        made = delivery.tries.order_by("-id")[:TRIES_SHOWN]
        rows = [(by_clock(one.at, "%F %T %Z"), one.status or "no answer", f"{one.ms:,}", one.said) for one in made]
        if not rows:
            return "None yet."
        body = format_html_join("", "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>", rows)
        return format_html(
            "<table><thead><tr><th>When</th><th>Status</th><th>ms</th><th>Answer</th></tr></thead><tbody>{}</tbody></table>",
            body,
        )

    def has_send_again_permission(self, request) -> bool:
        return request.user.has_perm("webhooks.change_delivery")

    @admin.action(description="Send again", permissions=["send_again"])
    def send_again(self, request, rows):
        number = endpoints.send_again(Delivery.objects.filter(pk__in=rows.values("pk")), now=timezone.now())
        told = f"{counted(number, 'delivery', 'deliveries')} will be sent again."
        self.message_user(request, told, messages.SUCCESS)
