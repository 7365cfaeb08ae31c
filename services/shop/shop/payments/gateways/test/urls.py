from django.urls import path

from shop.payments.gateways.test import views

app_name = "test_bank"
urlpatterns = [path("<str:number>/", views.session, name="session")]
