from django.core.management.base import BaseCommand

from store.accounts.document import document


class Command(BaseCommand):
    help = "Write the table of roles as docs/roles-store.md shows it: roles > docs/roles-store.md"

    def handle(self, **options):
        self.stdout.write(document(), ending="")
