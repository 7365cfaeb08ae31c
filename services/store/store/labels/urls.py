from django.urls import path

from store.labels import views

app_name = "labels"
urlpatterns = [
    path("copies/", views.copy_labels, name="copies"),
    path("shelves/", views.shelf_labels, name="shelves"),
    path("batches/", views.show_batches, name="batches"),
    path("batches/<int:batch_id>/", views.show_batch, name="batch"),
    path("batches/<int:batch_id>/<int:first>.pdf", views.batch_file, name="batch-file"),
    path("pick-list.pdf", views.next_pick_list, name="pick-list"),
]
