from django.apps import AppConfig


class ImportingConfig(AppConfig):
    name = "store.importing"
    label = "importing"
    verbose_name = "Books from files"
