from django.contrib import admin

from shop.accounts.models import User


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    """Accounts are made by people themselves or by ensure_user; staff can close them and put them into groups."""

    list_display = ["email", "name", "is_staff", "is_active", "joined_at", "last_login"]
    list_filter = ["is_staff", "is_active", "groups"]
    search_fields = ["email", "name"]
    ordering = ["-joined_at", "pk"]
    show_full_result_count = False
    fields = ["email", "name", "is_active", "is_staff", "groups", "joined_at", "last_login"]
    readonly_fields = ["email", "joined_at", "last_login"]
    filter_horizontal = ["groups"]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
