from django.apps import AppConfig


class SecondStepConfig(AppConfig):
    name = "store.second_step"
    label = "second_step"
    verbose_name = "Second step"
