from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.urls import path
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from store.admin_site import NothingIsDeleted
from store.importing import pages, telling
from store.importing.models import ImportRun
from store.importing.uploads import IntoThePrivateFolder


@admin.register(ImportRun)
class ImportAdmin(NothingIsDeleted, admin.ModelAdmin):
    """Files that are sent in, and what came of each."""

    list_display = ["name", "state_shown", "outcome", "uploaded_at", "uploaded_by"]
    list_filter = ["state", "format"]
    list_per_page = 50
    search_fields = ["name", "uploaded_by"]
    search_help_text = "Name of the file, or who sent it in"
    ordering = ["-id"]
    actions = None

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("add/", self.upload_view, name="importing_importrun_add"),
            path(
                "<path:object_id>/left-out.csv",
                view(self.table_view),
                {"name": "left-out"},
                "importing_importrun_faults",
            ),
            path(
                "<path:object_id>/changes.csv",
                view(self.table_view),
                {"name": "changes"},
                "importing_importrun_changes",
            ),
            *super().get_urls(),
        ]

    # Whether somebody may send in a file is asked before its bytes are read, which looking for the token in the form does.
    @method_decorator(csrf_exempt)
    def upload_view(self, request):
        if not self.admin_site.has_permission(request):
            return self.admin_site.admin_view(pages.upload)(request)  # to the log-in
        if not self.has_add_permission(request):
            raise PermissionDenied
        handler = IntoThePrivateFolder(request)
        request.upload_handlers = [handler]
        return csrf_protect(lambda request: pages.upload(self, request, handler=handler))(request)

    # Not the changeform's own view: that one runs in a transaction, and ours begin in the operations.
    def change_view(self, request, object_id, form_url="", extra_context=None):
        return pages.show(self, request, object_id)

    def table_view(self, request, object_id, name):
        return pages.table(request, object_id, name)

    @admin.display(description="state", ordering="state")
    def state_shown(self, run: ImportRun):
        return format_html('<span class="state state-{}">{}</span>', run.state, run.get_state_display())

    @admin.display(description="books")
    def outcome(self, run: ImportRun) -> str:
        if run.done or run.is_ended:
            return telling.outcome_of(run)
        return f"{run.new:,} new, {run.changed:,} changed, {run.retired:,} retired; {run.bad:,} left out"
