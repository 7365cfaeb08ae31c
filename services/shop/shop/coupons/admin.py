from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelectMultiple
from django.forms import Media
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from shop.bell import ring_after_commit
from shop.clock import by_clock
from shop.coupons.forms import CouponForm, DiscountForm
from shop.coupons.models import Coupon, Discount
from shop.coupons.office import FROZEN, with_uses
from worker_bell import Topic

USES_SHOWN = 50


@admin.register(Coupon)
class CouponAdmin(admin.ModelAdmin):
    form = CouponForm
    list_display = [
        "code",
        "kind",
        "value",
        "currency",
        "minimum",
        "starts_at",
        "ends_at",
        "used",
        "most_uses",
        "is_active",
    ]
    list_filter = ["is_active", "kind"]
    search_fields = ["code", "note"]
    ordering = ["-pk"]
    readonly_fields = ["used_by"]

    def get_queryset(self, request):
        return with_uses(super().get_queryset(request))

    @admin.display(description="used", ordering="used_now")
    def used(self, coupon: Coupon) -> int:
        """How often it counts as used: orders that came to nothing give their use back."""
        return coupon.used_now

    @admin.display(description="used by")
    def used_by(self, coupon: Coupon) -> str:
        if not coupon.pk:
            return "Nobody yet."
        latest = coupon.uses.select_related("order").order_by("-pk")[:USES_SHOWN]
        rows = [
            (
                reverse("admin:orders_order_change", args=[use.order_id]),
                use.order.reference,
                by_clock(use.used_at, "%F %H:%M"),
                use.customer,
                use.order.get_state_display(),
            )
            for use in latest
        ]
        if not rows:
            return "Nobody yet."
        every = format_html('<a href="{}?q={}">All its orders</a>', reverse("admin:orders_order_changelist"), coupon)
        listed = format_html_join("", '<li><a href="{}">{}</a> {} {}, {}</li>', rows)
        return format_html("<ul>{}</ul>{}", listed, every)

    def get_readonly_fields(self, request, obj=None):
        return self.readonly_fields + ([*FROZEN] if obj and obj.uses.exists() else [])

    def has_delete_permission(self, request, obj=None):
        """A coupon that was used explains a price; it is switched off instead."""
        return super().has_delete_permission(request, obj) and not (obj and obj.uses.exists())


class ChosenBooks(AutocompleteSelectMultiple):
    """Each book has a button that takes it out; one for all would stand in their list and be no part of it."""

    def build_attrs(self, base_attrs, extra_attrs=None):
        return super().build_attrs(base_attrs, extra_attrs) | {"data-allow-clear": "false"}

    @property
    def media(self):
        return super().media + Media(js=["admin/js/autocomplete.js", "admin-search-name.js"])  # in this order


@admin.register(Discount)
class DiscountAdmin(admin.ModelAdmin):
    form = DiscountForm
    list_display = ["name", "percent", "every_book", "starts_at", "ends_at", "is_active"]
    list_filter = ["is_active", "every_book"]
    search_fields = ["name"]
    ordering = ["-pk"]
    autocomplete_fields = ["books"]

    def formfield_for_manytomany(self, db_field, request, **options):
        if db_field.name == "books":
            options["widget"] = ChosenBooks(db_field.remote_field, self.admin_site)
        return super().formfield_for_manytomany(db_field, request, **options)

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        ring_after_commit(Topic.PRICES)

    def delete_model(self, request, obj):
        super().delete_model(request, obj)
        ring_after_commit(Topic.PRICES)

    def delete_queryset(self, request, queryset):
        super().delete_queryset(request, queryset)
        ring_after_commit(Topic.PRICES)
