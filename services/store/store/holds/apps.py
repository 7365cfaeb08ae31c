from django.apps import AppConfig


class HoldsConfig(AppConfig):
    name = "store.holds"
    label = "holds"
    verbose_name = "Holds"
