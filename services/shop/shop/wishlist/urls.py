from django.urls import path

from shop.wishlist import views

app_name = "wishlist"
urlpatterns = [
    path("", views.page, name="page"),
    path("add/", views.add, name="add"),
    path("remove/", views.remove, name="remove"),
    path("move/", views.move, name="move"),
]
