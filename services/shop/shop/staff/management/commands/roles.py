from django.core.management.base import BaseCommand

from shop.staff.document import document


class Command(BaseCommand):
    help = "Write the table of roles as docs/roles.md shows it: roles > docs/roles.md"

    def handle(self, **options):
        self.stdout.write(document(), ending="")
