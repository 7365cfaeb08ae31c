"""The invoice of an order, as a page and as a PDF, for who may see the order."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from shop.invoices import pdf as paper
from shop.invoices.billing import bill_of
from shop.invoices.models import Invoice
from shop.invoices.queries import invoice_of
from shop.orders.views import seen_by_link


@require_safe
@never_cache
def page(request: HttpRequest, number: UUID) -> HttpResponse:
    return shown_as_page(request, _own(request, number))


@require_safe
@never_cache
def pdf(request: HttpRequest, number: UUID) -> HttpResponse:
    return handed_out(_own(request, number))


def shown_as_page(request: HttpRequest, invoice: Invoice, *, pdf_url: str = "", back: str = "") -> HttpResponse:
    """:param pdf_url, back: where staff find the same."""
    bill = bill_of(invoice)
    context = {
        "bill": bill,
        "sums": paper.sums_of(bill),
        "tax_line": paper.tax_line(bill),
        "account": paper.account_of(bill),
        "seller": paper.seller(),
        "pdf_url": pdf_url or invoice.pdf_url,
        "back": back or invoice.order.get_absolute_url(),
    }
    return render(request, "invoices/invoice.html", context)


def handed_out(invoice: Invoice) -> HttpResponse:
    answer = HttpResponse(paper.draw(bill_of(invoice)), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="invoice-{invoice.reference}.pdf"'
    return answer


def _own(request: HttpRequest, number: UUID) -> Invoice:
    """L28: through the order, for its owner or who holds its signed link. An order that was not sent has none."""
    order = seen_by_link(request, number)
    if invoice := invoice_of(order):
        return invoice
    raise Http404("No such invoice.")
