from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_out
from django.db.models.signals import m2m_changed


class ChatConfig(AppConfig):
    name = "shop.chat"

    def ready(self) -> None:
        from shop.accounts.models import User
        from shop.chat import leaving

        user_logged_out.connect(leaving.log_out)
        m2m_changed.connect(leaving.change_of_roles, sender=User.groups.through)
