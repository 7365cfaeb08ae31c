from django.urls import path

from store.orders import parcel_views, views
from store.story.views import show_story

app_name = "packing"
urlpatterns = [
    path("", views.show_queue, name="queue"),
    path("next/", views.take_next, name="next"),
    path("commands/", views.show_commands, name="commands"),
    path("parcels/<int:parcel_id>/", parcel_views.show_parcel, name="parcel"),
    path("parcels/<int:parcel_id>/slip.pdf", parcel_views.show_slip, name="slip"),
    path("parcels/", parcel_views.list_parcels, name="parcels"),
    path("<int:order_id>/", views.show_bench, name="bench"),
    path("<int:order_id>/story/", show_story, name="story"),
]
