from django.urls import path

from store.shelves import views

app_name = "shelves"
urlpatterns = [
    path("", views.show_stock, name="stock"),
    path("move/", views.move_copies, name="move"),
    path("books/<int:book_id>/", views.show_book, name="book"),
    path("copies/<int:copy_id>/", views.show_copy, name="copy"),
]
