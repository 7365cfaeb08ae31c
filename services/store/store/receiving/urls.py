from django.urls import path

from store.receiving import views

app_name = "receiving"
urlpatterns = [
    path("", views.show_deliveries, name="deliveries"),
    path("new/", views.new_delivery, name="new"),
    path("<int:delivery_id>/", views.show_delivery, name="delivery"),
]
