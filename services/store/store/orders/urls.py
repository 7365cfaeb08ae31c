from django.urls import path

from store.orders import views

app_name = "packing"
urlpatterns = [
    path("", views.show_queue, name="queue"),
    path("next/", views.take_next, name="next"),
    path("commands/", views.show_commands, name="commands"),
    path("<int:order_id>/", views.show_bench, name="bench"),
]
