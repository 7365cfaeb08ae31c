from django.apps import AppConfig
from django.db.models.signals import post_migrate

from shop.staff.groups import after_migrate


class StaffConfig(AppConfig):
    name = "shop.staff"

    def ready(self) -> None:
        post_migrate.connect(after_migrate, sender=self)
