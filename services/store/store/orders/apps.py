from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "store.orders"
    label = "orders"
    verbose_name = "Orders"
