from django.apps import AppConfig


class StockConfig(AppConfig):
    name = "store.stock"
    label = "stock"
    verbose_name = "Stock"
