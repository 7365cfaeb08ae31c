from django.urls import path

from shop.payments import views

app_name = "payments"
urlpatterns = [
    path("orders/<uuid:number>/pay/", views.pay, name="pay"),
    path("orders/<uuid:number>/pay/start/", views.start, name="start"),
    path("orders/<uuid:number>/paid/<uuid:key>/", views.back, name="back"),
    path("payments/notices/<slug:gateway>/", views.notice, name="notice"),
]
