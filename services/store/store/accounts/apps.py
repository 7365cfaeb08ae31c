from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate

from store.accounts.groups import after_migrate


class AccountsConfig(AppConfig):
    name = "store.accounts"
    label = "accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        last = [app for app in apps.get_app_configs() if app.models_module][-1]
        post_migrate.connect(after_migrate, sender=last)
