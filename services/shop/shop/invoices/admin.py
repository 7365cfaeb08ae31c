"""Invoices for staff."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.html import format_html

from shop.invoices.models import Invoice
from shop.invoices.views import handed_out, shown_as_page
from shop.orders.admin import numbers_meant
from shop.outbox.admin import ReadOnly
from shop.pages.wording import money


@admin.register(Invoice)
class InvoiceAdmin(ReadOnly):
    list_display = ["reference", "order", "issued_at", "sum", "to_read"]
    list_display_links = None
    list_select_related = ["order"]
    list_filter = ["issued_at"]
    search_fields = ["=number", "order__email", "order__ship_name"]
    search_help_text = "Number of an invoice, reference or number of its order, e-mail address or name"
    ordering = ["-number"]
    date_hierarchy = "issued_at"
    show_full_result_count = False

    @admin.display(description="number", ordering="number")
    def reference(self, invoice: Invoice) -> str:
        return invoice.reference

    @admin.display(description="total", ordering="total")
    def sum(self, invoice: Invoice) -> str:
        return money(invoice.total, invoice.order.currency)

    @admin.display(description="read")
    def to_read(self, invoice: Invoice) -> str:
        page, pdf = (reverse(f"admin:invoices_invoice_{form}", args=[invoice.pk]) for form in ("page", "pdf"))
        return format_html('<a href="{}">Page</a> · <a href="{}">PDF</a>', page, pdf)

    def get_search_results(self, request, invoices, search_term):
        if numbers := numbers_meant(search_term.strip()):
            return invoices.filter(order__number__range=numbers), False
        return super().get_search_results(request, invoices, search_term)

    def get_urls(self):
        guarded = self.admin_site.admin_view
        return [
            path("<int:pk>/page/", guarded(self.page), name="invoices_invoice_page"),
            path("<int:pk>/pdf/", guarded(self.pdf), name="invoices_invoice_pdf"),
            *super().get_urls(),
        ]

    def page(self, request: HttpRequest, pk: int) -> HttpResponse:
        invoice = self._found(request, pk)
        pdf, back = reverse("admin:invoices_invoice_pdf", args=[pk]), reverse("admin:invoices_invoice_changelist")
        return shown_as_page(request, invoice, pdf_url=pdf, back=back)

    def pdf(self, request: HttpRequest, pk: int) -> HttpResponse:
        return handed_out(self._found(request, pk))

    def _found(self, request: HttpRequest, pk: int) -> Invoice:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return get_object_or_404(Invoice.objects.select_related("order"), pk=pk)
