from pathlib import Path

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from store import secret_files
from store.accounts import operations
from store.accounts.roles import GROUP_OF_ROLE


class Command(BaseCommand):
    help = (
        "See that a person of the staff can log in. Safe to repeat: an existing account keeps its password and is only "
        "put into the role's group. If the password file is missing, a password is made and written there."
    )

    def add_arguments(self, parser):
        parser.add_argument("email")
        parser.add_argument("--role", required=True, choices=sorted(GROUP_OF_ROLE), help="What the person may do.")
        parser.add_argument("--password-file", type=Path, required=True, help="Made with mode 0600 if it is missing.")
        parser.add_argument("--name", default="", help="How the person is called.")

    def handle(self, *, email, role, password_file, name, **options):
        password = secret_files.read(password_file)
        try:
            validate_email(email)
            if not password:
                password = secret_files.new_secret()
                secret_files.write(password_file, password)
            validate_password(password)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        new = operations.ensure_user(email=email, role=role, password=password, name=name)
        self.stdout.write(f"{email}: {'made' if new else 'known already'}, {GROUP_OF_ROLE[role]}")
