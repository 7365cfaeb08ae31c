"""The stock's own pages: a glance at it, copies moved by scan, and why each number is what it is."""

from collections.abc import Collection
from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from store.accounts.roles import SEE_BOOKS, SEE_COUNTS, SEE_HOLDS, SEE_ORDERS
from store.catalogue.models import Book
from store.orders.bench import GOOD, NOTE, REFUSED, Told
from store.orders.codes import LONGEST_SHOWN
from store.orders.finding import order_of
from store.orders.models import Order
from store.shelves import codes, moving, queries, summary
from store.shelves.finding import Refused, copy_labelled, shelf_or_code
from store.shelves.naming import shelf_named
from store.shelves.scanned import shelf_of
from store.staff_pages import frame, staff_page
from store.stock.models import BookItem, CountTask, StockLevel

LINES_A_PAGE = 100


@require_safe
@staff_page
def show_stock(request: HttpRequest, rights: Collection[str]) -> HttpResponse:
    """This view will show the stock at a glance, or lead to the copy or book whose code was scanned."""
    told = None
    if code := request.GET.get("code", "").strip():
        try:
            return HttpResponseRedirect(_page_of(code, rights))
        except (codes.NotACode, Refused) as refusal:
            told = Told(REFUSED, str(refusal))
    context = {"title": "Stock", "told": told, "code": code, "rights": rights, "dead_days": settings.DEAD_STOCK_DAYS}
    if SEE_COUNTS in rights:
        context["to_count"] = CountTask.objects.filter(done_at=None).count()
    glance = summary.glance(now=timezone.now())
    return TemplateResponse(request, "admin/shelves/stock.html", frame() | context | glance)


def _page_of(scanned: str, rights: Collection[str]) -> str:
    code = codes.read(scanned)
    if isinstance(code, codes.Shelf):
        return (
            f"{reverse('admin:stock_bookitem_changelist')}?{urlencode({'shelf__exact': shelf_named(code.name).name})}"
        )
    if not isinstance(code, codes.Code):
        raise codes.NotACode(scanned.strip()[:LONGEST_SHOWN])
    if book := code.isbn13 and Book.objects.filter(isbn13=code.isbn13).first():
        return reverse("shelves:book", args=[book.pk])
    if SEE_ORDERS in rights and (order := order_of(code, among=Order.objects.seen_with(rights))):
        return reverse("packing:bench", args=[order.pk])
    return reverse("shelves:copy", args=[copy_labelled(code).pk])


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def move_copies(request: HttpRequest, rights: Collection[str]) -> HttpResponse:
    """This view will take one scan after the other: a shelf, then the copies that go there."""
    shelf, told = shelf_of(request.POST), None
    if request.method == "POST":
        try:
            shelf, told = _moved(request, shelf)
        except moving.ThereAlready as refusal:
            told = Told(NOTE, str(refusal))
        except (codes.NotACode, Refused) as refusal:
            told = Told(REFUSED, str(refusal))
    context = {"title": "Move copies", "shelf": shelf, "told": told}
    return TemplateResponse(request, "admin/shelves/move.html", frame() | context)


def _moved(request: HttpRequest, shelf: str) -> tuple[str, Told]:
    code = shelf_or_code(request.POST.get("code", ""), wanted="a shelf or a copy")
    if isinstance(code, codes.Shelf):
        meant = shelf_named(code.name)
        if meant.is_new:
            return meant.name, Told(NOTE, f"{meant.news} If that is right, now scan the copies that go there.")
        return meant.name, Told(GOOD, f"Shelf {meant.name}: now scan the copies that go there.")
    if not shelf:
        raise Refused("Scan the shelf first, then the copies that go there.")
    shelf = shelf_named(shelf).name
    return shelf, Told(GOOD, moving.put_on_shelf(code=code, shelf=shelf, actor=request.user.email, now=timezone.now()))


@require_safe
@staff_page
def show_book(request: HttpRequest, rights: Collection[str], book_id: int) -> HttpResponse:
    """This view will show why a book's numbers are what they are."""
    book = Book.objects.filter(pk=book_id).first()
    if book is None:
        raise Http404
    level = StockLevel.objects.filter(book=book).first() or StockLevel(book=book)
    sees_orders, seen = SEE_ORDERS in rights, Order.objects.seen_with(rights)
    context = {
        "title": book.title,
        "book": book,
        "level": level,
        "states": queries.copies_by_state(book),
        "orders": queries.orders_waiting(book, seen if sees_orders else Order.objects.all()),
        "holds": queries.holds_waiting(book),
        "sees_orders": sees_orders,
        "sees_holds": SEE_HOLDS in rights,
        "sees_book": SEE_BOOKS in rights,
        "page": Paginator(queries.ledger_of_book(book), LINES_A_PAGE).get_page(request.GET.get("page")),
    }
    context["kept"] = min(level.awaited, max(level.unpromised, 0))
    context["others"] = level.reserved + level.awaited - context["orders"].wanted - context["holds"].wanted
    return TemplateResponse(request, "admin/shelves/book.html", frame() | context | _orders_of(context, seen))


@require_safe
@staff_page
def show_copy(request: HttpRequest, rights: Collection[str], copy_id: int) -> HttpResponse:
    """This view will show what happened to one copy."""
    copy = BookItem.objects.select_related("book").filter(pk=copy_id).first()
    if copy is None:
        raise Http404
    context = {
        "title": f"Copy {copy.barcode}",
        "copy": copy,
        "book": copy.book,
        "sees_orders": SEE_ORDERS in rights,
        "page": Paginator(queries.ledger_of_copy(copy), LINES_A_PAGE).get_page(request.GET.get("page")),
    }
    seen = Order.objects.seen_with(rights)
    return TemplateResponse(request, "admin/shelves/copy.html", frame() | context | _orders_of(context, seen))


def _orders_of(context: dict, seen) -> dict:
    """The orders that the shown lines of the ledger name, by their number; only those who may see them get links."""
    lines = list(context["page"].object_list)
    numbers = {line.order_number for line in lines if line.order_number}
    known = dict(seen.filter(number__in=numbers).values_list("number", "pk")) if context["sees_orders"] else {}
    for line in lines:
        line.order_id = known.get(line.order_number)
        line.order_reference = line.order_number and Order(number=line.order_number).reference
    return {"lines": lines}
