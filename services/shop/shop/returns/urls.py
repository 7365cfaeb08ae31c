from django.urls import path

from shop.returns import views

app_name = "returns"
urlpatterns = [
    path("orders/<uuid:number>/return/", views.ask, name="ask"),
    path("orders/<uuid:number>/returns/<uuid:return_number>/label.pdf", views.label_pdf, name="label"),
]
