from django.apps import AppConfig


class CountingConfig(AppConfig):
    name = "store.counting"
    label = "counting"
    verbose_name = "Counting"
