from django.urls import path

from store.second_step import own_views, views

app_name = "second-step"
urlpatterns = [
    path("", own_views.own, name="own"),
    path("code/", views.code, name="code"),
    path("recovery/", views.recovery, name="recovery"),
    path("set-up/", own_views.set_up, name="set-up"),
    path("recovery-codes/", own_views.recovery_codes, name="recovery-codes"),
]
