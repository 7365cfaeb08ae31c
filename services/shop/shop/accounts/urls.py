from django.urls import path

from shop.accounts import views

app_name = "accounts"
urlpatterns = [path("", views.overview, name="overview")]
