from django.urls import path

from shop.reviews import views

app_name = "reviews"
urlpatterns = [
    path("reviews/new/<int:pk>/", views.new, name="new"),
    path("reviews/of/<int:pk>/", views.of_book, name="of_book"),
    path("reviews/", views.own, name="own"),
    path("reviews/<int:pk>/", views.review, name="review"),
    path("reviews/<int:pk>/delete/", views.delete, name="delete"),
]
