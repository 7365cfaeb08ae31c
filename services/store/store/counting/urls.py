from django.urls import path

from store.counting import views

app_name = "counting"
urlpatterns = [
    path("", views.show_counts, name="counts"),
    path("<int:count_id>/", views.show_count, name="count"),
]
