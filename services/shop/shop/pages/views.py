"""The home page, about us, help, and the small files that browsers and crawlers ask for."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.static import serve

from shop.catalogue import queries
from shop.catalogue.availability import Hearing
from shop.coupons import tariff
from shop.orders.countries import COUNTRIES
from shop.pages.addresses import absolute
from shop.pages.company import Company
from shop.payments.gateways import gateways

PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".avif")
ROBOTS = """User-agent: *
Disallow: /accounts/
Disallow: /admin/
Disallow: /cart/
Disallow: /chat/
Disallow: /checkout/
Disallow: /orders/
Disallow: /books/?
Allow: /books/?page=

Sitemap: {sitemap}
"""


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    context = {"shelves": queries.shelves(today=timezone.localdate(now)), "hearing": Hearing.latest(now=now)}
    return render(request, "pages/home.html", context)


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/about.html", {"company": Company.from_settings()})


@require_safe
def help(request: HttpRequest) -> HttpResponse:
    ways = [gateway.label for gateway in gateways().values()]
    context = {
        "ways": ways,
        "minutes": settings.PAYMENT_WINDOW_S // 60,
        "delivery": tariff.delivery_sentence(),
        "tax": settings.TAX_PERCENT,
        "return_days": settings.RETURN_WITHIN.days,
        "countries": len(COUNTRIES),
        "company": Company.from_settings(),
    }
    return render(request, "pages/help.html", context)


@require_safe
@cache_control(max_age=86400, public=True)
def robots(request: HttpRequest) -> HttpResponse:
    return HttpResponse(
        ROBOTS.format(sitemap=absolute(reverse("catalogue:sitemaps"))), content_type="text/plain; charset=utf-8"
    )


@require_safe
@cache_control(max_age=86400, public=True)
def favicon(request: HttpRequest) -> HttpResponse:
    return redirect(static("favicon.svg"))


@require_safe
def media(request: HttpRequest, path: str) -> HttpResponse:
    """This function will hand out the pictures where no nginx does (SERVE_MEDIA); nothing but images leaves the folder."""
    if not path.lower().endswith(PICTURES):
        raise Http404("Only pictures are kept here.")
    response = serve(request, path, document_root=settings.MEDIA_ROOT)
    response["Cache-Control"] = "public, max-age=86400"
    return response
