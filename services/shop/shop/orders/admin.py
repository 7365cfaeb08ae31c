import re
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone

from shop.catalogue.isbn import isbn13_from
from shop.catalogue.models import Book
from shop.orders import attention
from shop.orders.models import Order, OrderEvent, OrderLine, Parcel
from shop.orders.states import State
from shop.outbox.admin import ReadOnly
from shop.pages.wording import money
from shop.staff.roles import SEE_ALL_ORDERS, SETTLE_ORDER
from shop.staff.seeing import SomeEyesOnly
from shop.story.pages import for_staff

REFERENCE = re.compile(r"([0-9a-f]{4})-?([0-9a-f]{4})", re.IGNORECASE)
# What dispatchers see: what is paid for, or to be paid on delivery, and was not over before the warehouse had it.
TO_BE_PACKED = frozenset(
    {
        State.PLACED,
        State.ACCEPTED,
        State.PACKING,
        State.PARTLY_SHIPPED,
        State.CANCEL_REQUESTED,
        State.SHIPPED,
        State.FAILED,
    }
)


BILL = "The bill, where it goes to another address"
GROUPS = {
    "Money": ["payment", "total", "currency", "delivery", "discount", "coupon_code", "tax_percent", "pay_until"],
    "Delivery": [f.name for f in Order._meta.fields if f.name.startswith("ship_")] + ["note", "if_short"],
    BILL: [f.name for f in Order._meta.fields if f.name.startswith("bill_")],
}


class LookOnlyInline(SomeEyesOnly, admin.TabularInline):
    extra = 0
    can_delete = False

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


class LineInline(LookOnlyInline):
    model = OrderLine
    fields = [
        "position",
        "isbn13",
        "title",
        "quantity",
        "list_price",
        "price_reason",
        "unit_price",
        "discount",
        "packed",
        "shipped",
        "short",
        "awaited",
    ]
    ordering = ["position"]


class ParcelInline(LookOnlyInline):
    model = Parcel
    fields = ["number", "state", "carrier", "tracking", "contents", "sent_at"]
    ordering = ["number"]


class EventInline(LookOnlyInline):
    model = OrderEvent
    fields = ["version", "state", "at", "actor", "reason"]
    ordering = ["version"]


class NeedsAttention(admin.SimpleListFilter):
    title = "needs attention"
    parameter_name = "attention"

    def lookups(self, request, model_admin):
        return [("yes", "Yes")]

    def queryset(self, request, orders):
        return orders.exclude(attention="") if self.value() == "yes" else orders


class InState(admin.SimpleListFilter):
    """The states that this person may see."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request, model_admin):
        sees_all = request.user.has_perm(SEE_ALL_ORDERS)
        return [(state.value, state.label) for state in State if sees_all or state in TO_BE_PACKED]

    def queryset(self, request, orders):
        return orders.filter(state=self.value()) if self.value() else orders


class SettleForm(forms.Form):
    reason = forms.CharField(
        label="What came of it",
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60}),
        help_text="Kept in the order's history, with your name.",
        error_messages={"required": "Say what came of it: whoever looks later has nothing else to go by."},
    )
    seen = forms.CharField(widget=forms.HiddenInput, strip=False)


@admin.register(Order)
class OrderAdmin(SomeEyesOnly, ReadOnly):
    """Orders are moved by customers and by the warehouse; staff look here and act in the warehouse."""

    list_display = ["reference", "state", "email", "ship_name", "ship_to", "sum", "placed_at", "attention"]
    list_filter = [NeedsAttention, InState, "payment", "placed_at", "ship_country"]
    search_fields = ["email", "ship_name", "=coupon_code"]
    search_help_text = "Reference or number of an order, ISBN of a book in it, coupon, or who ordered it"
    ordering = ["-placed_at", "number"]
    list_per_page = 50
    show_full_result_count = False
    exclude = ["checkout_key", "asked_mark"]  # with them a guest shows that the order is theirs
    inlines = [LineInline, ParcelInline, EventInline]
    change_form_template = "admin/orders/order.html"

    def get_fieldsets(self, request, order=None):
        """What this person may see, in groups; what is in none of them stands first."""
        seen = self.get_fields(request, order)
        grouped = {name for names in GROUPS.values() for name in names}
        groups = {None: [name for name in seen if name not in grouped]}
        groups |= {title: [name for name in names if name in seen] for title, names in GROUPS.items()}
        if not any(getattr(order, name, "") for name in GROUPS[BILL]):
            del groups[BILL]
        return [(title, {"fields": names}) for title, names in groups.items() if names]

    @admin.display(description="total", ordering="total")
    def sum(self, order: Order) -> str:
        return money(order.total, order.currency)

    @admin.display(description="goes to")
    def ship_to(self, order: Order) -> str:
        return f"{order.ship_postcode} {order.ship_city}, {order.ship_country}"

    def get_queryset(self, request):
        orders = super().get_queryset(request)
        return orders if request.user.has_perm(SEE_ALL_ORDERS) else orders.filter(state__in=TO_BE_PACKED)

    def get_list_display(self, request):
        return [name for name in super().get_list_display(request) if name != "ship_to" or self._packs(request)]

    def lookup_allowed(self, lookup, value, request):
        """The orders of one account, to which its page leads."""
        if lookup == "user__id__exact":
            return request.user.has_perm("accounts.view_user")
        return super().lookup_allowed(lookup, value, request)

    def get_search_results(self, request, orders, search_term):
        if numbers := numbers_meant(search_term.strip()):
            return orders.filter(number__range=numbers), False
        if isbn := isbn13_from(search_term):
            lines = OrderLine.objects.filter(order=OuterRef("pk"), book__in=Book.objects.filter(isbn13=isbn))
            return orders.filter(Exists(lines)), False
        return super().get_search_results(request, orders, search_term)

    @staticmethod
    def _packs(request) -> bool:
        return not request.user.has_perm(SEE_ALL_ORDERS)

    def get_urls(self):
        settle = path("<uuid:number>/settle/", self.admin_site.admin_view(self.settle), name="orders_order_settle")
        story = path("<uuid:number>/story/", self.admin_site.admin_view(self.story), name="orders_order_story")
        return [settle, story, *super().get_urls()]

    def render_change_form(self, request, context, *args, **options):
        context["may_settle"] = request.user.has_perm(SETTLE_ORDER)
        return super().render_change_form(request, context, *args, **options)

    def story(self, request, number: UUID):
        """Tell all that happened to an order that this person may see."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if self.get_object(request, str(number)) is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(number))
        return for_staff(request, number)

    def settle(self, request, number: UUID):
        """Ask what came of it; on POST, clear the call for attention."""
        if not (self.has_view_permission(request) and request.user.has_perm(SETTLE_ORDER)):
            raise PermissionDenied
        order = self.get_object(request, str(number))
        if order is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(number))
        back = redirect("admin:orders_order_change", order.pk)
        form = SettleForm(request.POST or None, initial={"seen": order.attention})
        if request.method == "POST" and form.is_valid():
            try:
                attention.settle(order, **form.cleaned_data, who=request.user, now=timezone.now())
            except attention.NotSoAnyMore as refusal:
                messages.error(request, str(refusal))
            else:
                messages.success(request, f"{order} calls for nobody any more.")
            return back
        if not order.attention:
            messages.info(request, f"{order} calls for nobody.")
            return back
        context = {**self.admin_site.each_context(request), "opts": self.opts, "order": order, "form": form}
        context["title"] = f"{order}: settle"
        return render(request, "admin/orders/settle.html", context, status=400 if form.errors else 200)


def numbers_meant(text: str) -> tuple[UUID, UUID] | None:
    """First and last number that a full number or a reference can mean; None for other text."""
    if reference := REFERENCE.fullmatch(text):
        start = "".join(reference.groups())
        return UUID(start + "0" * 24), UUID(start + "f" * 24)
    try:
        return UUID(text), UUID(text)
    except ValueError:
        return None
