from django.conf import settings
from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from django.views.static import serve

from store import health

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/packing/", include("store.orders.urls")),
    path("admin/shelves/", include("store.shelves.urls")),
    path("admin/labels/", include("store.labels.urls")),
    path("admin/receiving/", include("store.receiving.urls")),
    path("admin/counting/", include("store.counting.urls")),
    path("admin/second-step/", include("store.second_step.urls")),
    path("admin/", admin.site.urls),
    path("api/", include("store.api.urls")),
    path("health/live", health.live),
    path("health/ready", health.ready),
]
if settings.SERVE_MEDIA:
    urlpatterns += [re_path(r"^media/(?P<path>books/.+)$", serve, {"document_root": settings.MEDIA_ROOT})]
if settings.DEBUG:
    from debug_toolbar.toolbar import debug_toolbar_urls

    urlpatterns += debug_toolbar_urls()
