from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from shop.accounts import operations


class Command(BaseCommand):
    help = "Make an account, or give an existing one this role; its password stays. Safe to repeat."

    def add_arguments(self, parser):
        parser.add_argument("email")
        parser.add_argument("--role", choices=operations.ROLES, required=True)
        parser.add_argument(
            "--password-file", required=True, type=Path, metavar="F", help="its first line is the password"
        )

    def handle(self, *, email: str, role: str, password_file: Path, **options):
        try:
            validate_email(email)
            password = next(iter(password_file.read_text().splitlines()), "").strip()
        except ValidationError as error:
            raise CommandError(f"{email!r} is no e-mail address.") from error
        except OSError as error:
            raise CommandError(f"The password file cannot be read: {error.strerror}.") from error
        if not password:
            raise CommandError("The password file is empty.")
        is_new = operations.ensure_user(email, role=role, password=password)
        self.stdout.write(f"{email}: {role}, {'made' if is_new else 'already there'}.")
