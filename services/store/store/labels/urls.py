from django.urls import path

from store.labels import views

app_name = "labels"
urlpatterns = [
    path("copies/", views.copy_labels, name="copies"),
    path("shelves/", views.shelf_labels, name="shelves"),
    path("pick-list.pdf", views.next_pick_list, name="pick-list"),
]
