from django.urls import path

from shop.payments.gateways.bank_transfer import views

app_name = "bank_transfer"
urlpatterns = [path("<uuid:key>/", views.details, name="details")]
