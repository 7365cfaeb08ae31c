from django.urls import path

from shop.invoices import views

app_name = "invoices"
urlpatterns = [
    path("orders/<uuid:number>/invoice/", views.page, name="page"),
    path("orders/<uuid:number>/invoice.pdf", views.pdf, name="pdf"),
]
