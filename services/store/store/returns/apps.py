from django.apps import AppConfig


class ReturnsConfig(AppConfig):
    name = "store.returns"
    label = "returns"
    verbose_name = "Returns"
