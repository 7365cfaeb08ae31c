from django.contrib import admin
from django.db.models import Count, Q

from shop.coupons.models import Coupon, CouponUse, Discount
from shop.coupons.operations import NOT_COUNTED


class UseInline(admin.TabularInline):
    model = CouponUse
    fields = ["order", "customer", "used_at"]
    readonly_fields = fields
    extra = 0
    max_num = 0
    can_delete = False
    show_change_link = False


@admin.register(Coupon)
class CouponAdmin(admin.ModelAdmin):
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
    inlines = [UseInline]

    def get_queryset(self, request):
        lives = ~Q(uses__order__state__in=NOT_COUNTED) & Q(uses__isnull=False)
        return super().get_queryset(request).annotate(used_now=Count("uses", filter=lives))

    @admin.display(description="used", ordering="used_now")
    def used(self, coupon: Coupon) -> int:
        return coupon.used_now

    def get_readonly_fields(self, request, obj=None):
        return ["code", "kind", "value", "currency"] if obj and obj.used_now else []

    def has_delete_permission(self, request, obj=None):
        """A coupon that was used explains a price; it is switched off instead."""
        return super().has_delete_permission(request, obj) and not (obj and obj.used_now)


@admin.register(Discount)
class DiscountAdmin(admin.ModelAdmin):
    list_display = ["name", "percent", "every_book", "starts_at", "ends_at", "is_active"]
    list_filter = ["is_active", "every_book"]
    search_fields = ["name"]
    ordering = ["-pk"]
    autocomplete_fields = ["books"]
