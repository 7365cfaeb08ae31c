from django.urls import path

from shop.orders import again_views, checkout_views, views
from shop.story import pages as stories

app_name = "orders"
urlpatterns = [
    path("checkout/", checkout_views.checkout, name="checkout"),
    path("checkout/typed/", checkout_views.keep, name="keep"),
    path("orders/", views.orders, name="orders"),
    path("orders/<uuid:number>/", views.order, name="order"),
    path("orders/<uuid:number>/story/", stories.story, name="story"),
    path("orders/<uuid:number>/cancel/", views.cancel, name="cancel"),
    path("orders/<uuid:number>/restore/", views.restore, name="restore"),
    path("orders/<uuid:number>/again/", again_views.again, name="again"),
]
