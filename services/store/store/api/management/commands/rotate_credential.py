from datetime import timedelta
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from store import secret_files
from store.api import operations


class Command(BaseCommand):
    help = (
        "Give a service a new token. The new one is valid at once and stands in the file; the old one stays valid for "
        "the overlap, so that nothing is refused while the service reads its file again."
    )

    def add_arguments(self, parser):
        parser.add_argument("name", help="The service, for example: shop")
        parser.add_argument("--token-file", type=Path, required=True, help="The file the service reads.")
        parser.add_argument("--overlap-hours", type=int, default=24, help="0 ends the old token now (24).")
        parser.add_argument("--group-readable", action="store_true", help="Give the file mode 0640, not 0600.")

    def handle(self, *, name, token_file, overlap_hours, group_readable, **options):
        scopes = operations.scopes_of(name)
        if not scopes:
            raise CommandError(f"There is no service called {name}. Pair it first: manage.py pair_service {name} …")
        if overlap_hours < 0:
            raise CommandError("--overlap-hours must not be negative.")
        token, overlap = secret_files.new_secret(), timedelta(hours=overlap_hours)
        # Registered before it is written: whatever fails between, the token in the file is always a known one.
        operations.register(name=name, token=token, scopes=scopes, overlap=overlap, now=timezone.now())
        secret_files.write(token_file, token, group_may_read=group_readable)
        self.stdout.write(f"{name}: new token in {token_file}; older ones end in {overlap_hours} hours")
