"""The warehouse's own front of Django's admin."""

from http import HTTPStatus

from django.contrib.admin import AdminSite, TabularInline
from django.contrib.admin.apps import AdminConfig
from django.http import HttpResponseRedirect
from django.utils import timezone


class WarehouseAdmin(AdminSite):
    site_header = "Bookshop warehouse"
    site_title = "Bookshop warehouse"
    index_title = "What would you like to do?"
    site_url = None

    def index(self, request, extra_context=None):
        from store.orders.queries import number_to_pack  # models are loaded after this module
        from store.returns.queries import number_to_decide

        to_pack = number_to_pack() if request.user.has_perm("orders.view_order") else None
        to_decide = number_to_decide() if request.user.has_perm("returns.decide_return") else 0
        known = {"orders_to_pack": to_pack, "returns_to_decide": to_decide}
        return super().index(request, known | (extra_context or {}))

    def login(self, request, extra_context=None):
        """The password first; who needs a second step is led to it, and is nobody until then."""
        from store.second_step import guard

        if request.method == "GET" and guard.is_waited_for(request):
            return HttpResponseRedirect(guard.next_step(request, request.GET.get("next", "")))
        answer = super().login(request, extra_context)
        if request.method == "POST" and answer.status_code == HTTPStatus.FOUND:
            guard.password_was_shown(request, timezone.now())
            if guard.is_waited_for(request):
                return HttpResponseRedirect(guard.next_step(request, answer.url))
        return answer


class WarehouseAdminConfig(AdminConfig):
    default_site = "store.admin_site.WarehouseAdmin"


class NothingIsDeleted:
    """For a ModelAdmin: nobody deletes rows of the warehouse, superusers neither."""

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


class OnlyToLookAt(NothingIsDeleted):
    """For a ModelAdmin: rows that only the program writes."""

    def has_add_permission(self, request, *args) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False


class RowsToLookAt(OnlyToLookAt, TabularInline):
    """For an inline: rows that only the program writes, as a table that can be scrolled by keys, on a phone as cards."""

    template = "admin/rows_to_look_at.html"
    extra = 0
