from django.apps import AppConfig


class ReceivingConfig(AppConfig):
    name = "store.receiving"
    label = "receiving"
    verbose_name = "Receiving"
