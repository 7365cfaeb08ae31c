"""The pages of an order's story: its customer's own, and the one beside the order in the admin."""

from uuid import UUID

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from shop.accounts.models import User
from shop.orders import queries
from shop.orders.models import Order
from shop.orders.views import seen_by_link
from shop.staff.roles import LOOK_AT_FEEDS, SEE_ALL_ORDERS
from shop.story import whole
from shop.story.entry import SHOP, STORE
from shop.story.table import KINDS, Audience

SERVICES = {SHOP: "the shop", STORE: "the warehouse"}


@require_safe
@never_cache
def story(request: HttpRequest, number: UUID) -> HttpResponse:
    """This function will tell an order's story to its owner, or to who has its signed link (L28: to nobody else)."""
    found = seen_by_link(request, number)
    told = whole.story_of(found, Audience.SHOPPER)
    return render(request, "orders/story.html", {"order": found, "story": told, "state": found.get_state_display()})


def for_staff(request: HttpRequest, number: UUID) -> HttpResponse:
    """This function will tell the story of an order that this member of staff may see, as much as they may hear."""
    audience = audience_of(request.user)
    told = whole.story_of(queries.any_order(number), audience)
    asked = _asked(request, told) if audience == Audience.OPS else {}
    context = {
        **admin.site.each_context(request),
        "title": f"The story of {told.order}",
        "opts": Order._meta,
        "order": told.order,
        "story": told,
        "entries": whole.chosen(told.entries, **asked),
        "sees_all": audience == Audience.OPS,
        "services": SERVICES,
        "kinds": sorted({entry.kind for entry in told.entries}),
        "labels": {kind: row.label for kind, row in KINDS.items()},
        "asked": asked,
        "twin": f"{settings.STORE_PUBLIC_URL}/admin/orders/order/?q={number}" if settings.STORE_PUBLIC_URL else "",
    }
    return render(request, "admin/orders/story.html", context)


def audience_of(user: User) -> Audience:
    """Whom a member of the shop's staff counts as."""
    if user.has_perm(LOOK_AT_FEEDS):
        return Audience.OPS
    return Audience.AGENT if user.has_perm(SEE_ALL_ORDERS) else Audience.PACKER


def _asked(request: HttpRequest, told: whole.Story) -> dict[str, str]:
    """What ops chose to look at; what is no choice is no wish."""
    known = {"service": set(SERVICES), "kind": {entry.kind for entry in told.entries}}
    wish = {name: request.GET.get(name, "") for name in known}
    return {name: value for name, value in wish.items() if value in known[name]}
