from django.contrib import admin

from shop.outbox.admin import DeliverableAdmin, ReadOnly
from shop.pages.wording import money
from shop.payments.models import Payment, PaymentEvent, PaymentNotice, Refund
from worker_bell import Topic


class LookOnly(admin.TabularInline):
    extra = 0
    can_delete = False

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


class EventInline(LookOnly):
    model = PaymentEvent
    fields = ["at", "state", "reason"]
    ordering = ["at", "id"]


class NoticeInline(LookOnly):
    model = PaymentNotice
    fields = ["notice_id", "heard_at", "body"]
    ordering = ["heard_at"]


class RefundInline(LookOnly):
    model = Refund
    fields = ["amount", "reason", "state", "attempts", "last_error", "done_at"]
    ordering = ["id"]


@admin.register(Payment)
class PaymentAdmin(ReadOnly):
    """Money moves by customers, gateways and the warehouse; staff look here."""

    list_display = ["order", "gateway", "state", "asked_for", "taken", "returned", "created_at"]
    list_select_related = ["order"]
    list_filter = ["state", "gateway", "created_at"]
    search_fields = ["=order__number", "=key", "=reference", "=charge", "order__email"]
    ordering = ["-created_at", "key"]
    show_full_result_count = False
    inlines = [EventInline, RefundInline, NoticeInline]

    @admin.display(description="asked for", ordering="amount")
    def asked_for(self, payment: Payment) -> str:
        return money(payment.amount, payment.currency)

    @admin.display(description="taken", ordering="captured")
    def taken(self, payment: Payment) -> str:
        return money(payment.captured, payment.captured_currency) if payment.charge else ""

    @admin.display(description="given back", ordering="refunded")
    def returned(self, payment: Payment) -> str:
        return money(payment.refunded, payment.captured_currency) if payment.refunded else ""


@admin.register(Refund)
class RefundAdmin(DeliverableAdmin):
    wakes = Topic.REFUNDS
    list_display = ["key", "amount", "reason", "stage", "attempts", "next_at", "last_error", "created_at", "done_at"]

    @admin.display(description="stage")
    def stage(self, refund: Refund) -> str:
        return refund.stage.label
