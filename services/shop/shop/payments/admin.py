from django.contrib import admin, messages
from django.shortcuts import render
from django.utils import timezone

from shop.orders.admin import numbers_meant
from shop.outbox.admin import DeliverableAdmin, ReadOnly
from shop.pages.wording import money
from shop.payments import booking, refunds
from shop.payments.forms import GivenBack, MoneyCame
from shop.payments.models import Payment, PaymentEvent, PaymentNotice, Refund
from worker_bell import Topic


class LookOnly(admin.TabularInline):
    extra = 0
    can_delete = False

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


class OneAtATime:
    """Actions that ask for something before they are done to one row."""

    def ask(self, request, form, row, *, action: str, title: str):
        """The page between; None once the form is filled in rightly."""
        if form.is_bound and form.is_valid():
            return None
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "form": form,
            "row": row,
            "action": action,
        }
        return render(request, "admin/ask.html", context, status=400 if form.is_bound else 200)

    def the_one(self, request, rows):
        """The one row that was chosen; None, and a message, if it is not one."""
        found = list(rows[:2])
        if len(found) == 1:
            return found[0]
        self.message_user(request, "Please choose one row: each has a reference of its own.", messages.ERROR)
        return None


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
    fields = ["amount", "reason", "state", "attempts", "last_error", "done_at", "reference"]
    ordering = ["id"]


@admin.register(Payment)
class PaymentAdmin(OneAtATime, ReadOnly):
    """Money moves by customers, gateways and the warehouse; staff look here, and book what came by bank transfer."""

    actions = ["money_came"]
    list_display = ["order", "gateway", "state", "asked_for", "taken", "returned", "created_at"]
    list_select_related = ["order"]
    list_filter = ["state", "gateway", "created_at"]
    search_help_text = "Reference or number of an order, e-mail address, or what the gateway calls the payment"
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

    def get_search_results(self, request, payments, search_term):
        if numbers := numbers_meant(search_term.strip().lower().removeprefix("order").strip()):
            return payments.filter(order__number__range=numbers), False
        return super().get_search_results(request, payments, search_term)

    def has_book_permission(self, request) -> bool:
        return request.user.has_perm("payments.change_payment")

    @admin.action(description="Book money that came by bank transfer", permissions=["book"])
    def money_came(self, request, rows):
        payment = self.the_one(request, rows.select_related("order"))
        if payment is None:
            return None
        if not payment.is_patient:
            self.message_user(request, "Only money that comes by bank transfer is booked by hand.", messages.ERROR)
            return None
        first = {"amount": payment.amount, "currency": payment.currency}
        form = MoneyCame(request.POST) if "apply" in request.POST else MoneyCame(initial=first)
        title = f"Money that came for {payment.order}, of which {money(payment.amount, payment.currency)} was asked"
        if page := self.ask(request, form, payment, action="money_came", title=title):
            return page
        try:
            booked = booking.book_transfer(payment, **form.cleaned_data, now=timezone.now())
        except booking.AlreadyBooked as refusal:
            self.message_user(request, f"Nothing was booked. {refusal}", messages.ERROR)
            return None
        told = f"{money(booked.captured, booked.captured_currency)} booked, {booked.charge}."
        self.log_change(request, booked, told)
        self.message_user(request, f"{told} {booking.what_came_of_it(booked)}", messages.SUCCESS)
        return None


@admin.register(Refund)
class RefundAdmin(OneAtATime, DeliverableAdmin):
    wakes = Topic.REFUNDS
    actions = ["send_again", "given_back"]
    list_display = ["key", "amount", "reason", "stage", "attempts", "next_at", "last_error", "created_at", "done_at"]

    @admin.action(description="Given back by hand", permissions=["send_again"])
    def given_back(self, request, rows):
        refund = self.the_one(request, rows.select_related("payment"))
        if refund is None:
            return None
        form = GivenBack(request.POST) if "apply" in request.POST else GivenBack()
        title = f"{money(refund.amount, refund.payment.captured_currency)} given back by hand"
        if page := self.ask(request, form, refund, action="given_back", title=title):
            return page
        reference = form.cleaned_data["reference"]
        if refunds.given_back_by_hand(refund, reference=reference, now=timezone.now()):
            self.log_change(request, refund, f"Given back by hand: {reference}")
            self.message_user(request, f"Written down: given back by hand, {reference}.", messages.SUCCESS)
        else:
            told = "Nothing was changed: it waits for the gateway, or was given back already."
            self.message_user(request, told, messages.ERROR)
        return None

    @admin.display(description="stage")
    def stage(self, refund: Refund) -> str:
        return refund.stage.label
