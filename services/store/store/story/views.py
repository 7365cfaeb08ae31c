"""The page of an order's story: for packers what they may know, for owners and office everything."""

from collections.abc import Collection

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from store.orders.models import Order
from store.staff_pages import frame, staff_page
from store.story.table import KINDS, Audience, told_to
from store.story.telling import story_of

LARGEST_ID = 2**63 - 1


@require_safe
@staff_page
def show_story(request: HttpRequest, rights: Collection[str], order_id: int) -> HttpResponse:
    """This view will tell what happened to an order that the reader may see; packers see none that is not paid."""
    order = Order.objects.seen_with(rights).filter(pk=order_id).first() if order_id <= LARGEST_ID else None
    if order is None:
        raise Http404
    audience = Audience.of(rights)
    told = told_to(audience, story_of(order.number))
    kind = request.GET.get("kind", "")
    context = {
        "title": f"The story of order {order.reference}",
        "order": order,
        "entries": [entry for entry in told if kind not in KINDS or entry.kind == kind],
        "kinds": [(name, row.label) for name, row in KINDS.items() if row.parts(audience)],
        "kind": kind,
    }
    return TemplateResponse(request, "admin/packing/story.html", frame() | context)
