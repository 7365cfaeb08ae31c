from datetime import timedelta
from pathlib import Path

from django.core.management.base import BaseCommand
from django.utils import timezone

from store import secret_files
from store.api import operations
from store.api.models import Scope


class Command(BaseCommand):
    help = (
        "Let another service use the API. The token is made by the machine and stands in a file which both sides read; "
        "the database keeps its SHA-256 only. Safe to repeat at every start: an existing file is kept, and registered "
        "if the database does not know it."
    )

    def add_arguments(self, parser):
        parser.add_argument("name", help="The service, for example: shop")
        parser.add_argument("--scope", action="append", required=True, choices=Scope.values, help="May be given again.")
        parser.add_argument("--token-file", type=Path, required=True, help="Made with mode 0600 if it is missing.")
        parser.add_argument("--group-readable", action="store_true", help="Make the file with mode 0640.")
        parser.add_argument("--overlap-hours", type=int, default=24, help="How long older tokens live on (24).")

    def handle(self, *, name, scope, token_file, group_readable, overlap_hours, **options):
        token = secret_files.read(token_file)
        if not token:
            token = secret_files.new_secret()
            secret_files.write(token_file, token, group_may_read=group_readable)
        overlap = timedelta(hours=overlap_hours)
        new = operations.register(name=name, token=token, scopes=scope, overlap=overlap, now=timezone.now())
        self.stdout.write(f"{name}: {'registered' if new else 'known already'}, {', '.join(sorted(scope))}")
