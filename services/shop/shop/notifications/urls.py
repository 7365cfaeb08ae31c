from django.urls import path

from shop.notifications import views

app_name = "notices"
urlpatterns = [
    path("account/letters/", views.letters, name="letters"),
    path("letters/stop/<str:sealed>/", views.stop, name="stop"),
]
