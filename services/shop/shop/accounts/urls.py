from django.urls import path

from shop.accounts import address_views, views

app_name = "accounts"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("name/", views.name, name="name"),
    path("data/", views.data, name="data"),
    path("data/file/", views.export, name="export"),
    path("delete/", views.delete, name="delete"),
    path("addresses/", address_views.addresses, name="addresses"),
    path("addresses/new/", address_views.new, name="new_address"),
    path("addresses/<int:pk>/", address_views.change, name="address"),
    path("addresses/<int:pk>/default/", address_views.make_default, name="default_address"),
    path("addresses/<int:pk>/remove/", address_views.remove, name="remove_address"),
]
