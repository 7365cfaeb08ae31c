from django.urls import path

from shop.catalogue import views

app_name = "catalogue"
urlpatterns = [
    path("books/", views.books, name="books"),
    path("books/<int:pk>/", views.book, name="book"),
    path("books/<int:pk>/<slug:slug>/", views.book, name="book"),
]
