from django.contrib.sitemaps.views import index, sitemap
from django.urls import path, register_converter
from django.views.decorators.cache import cache_control

from shop.catalogue import views
from shop.catalogue.sitemaps import SITEMAPS


class HeadingSlug:
    """The words of a heading, in any script; below a category's slash stands its part."""

    regex = r"[^/?#]+(?:/[^/?#]+)*"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(HeadingSlug, "heading")
kept = cache_control(max_age=3600, public=True)

app_name = "catalogue"
urlpatterns = [
    path("books/", views.books, name="books"),
    path("books/seen/forget/", views.forget_seen, name="forget_seen"),
    path("books/<int:pk>/", views.book, name="book"),
    path("books/<int:pk>/<slug:slug>/", views.book, name="book"),
    path("authors/<heading:slug>/", views.books, {"kind": "author"}, name="author"),
    path("series/<heading:slug>/", views.books, {"kind": "series"}, name="series"),
    path("publishers/<heading:slug>/", views.books, {"kind": "publisher"}, name="publisher"),
    path("categories/", views.categories, name="categories"),
    path("categories/<heading:slug>/", views.books, {"kind": "category"}, name="category"),
    path("sitemap.xml", kept(index), {"sitemaps": SITEMAPS, "sitemap_url_name": "catalogue:sitemap"}, name="sitemaps"),
    path("sitemap-<section>.xml", kept(sitemap), {"sitemaps": SITEMAPS}, name="sitemap"),
]
