from django.urls import path

from shop.payments.gateways.test import views

app_name = "test_bank"
urlpatterns = [path("<slug:number>/", views.session, name="session")]
