from django.core.management.base import BaseCommand

from shop.notifications.notices import document


class Command(BaseCommand):
    help = "Write the table of who hears of what as Markdown."

    def handle(self, *args, **options) -> None:
        self.stdout.write(document(), ending="")
