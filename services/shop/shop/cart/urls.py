from django.urls import path

from shop.cart import views

app_name = "cart"
urlpatterns = [
    path("", views.page, name="page"),
    path("add/", views.add, name="add"),
    path("clear/", views.clear, name="clear"),
    path("undo/", views.undo, name="undo"),
    path("lines/<int:book_id>/", views.change, name="change"),
    path("lines/<int:book_id>/remove/", views.remove, name="remove"),
]
