from django.core.management.base import BaseCommand, CommandError

from store.accounts.models import User
from store.second_step import operations


class Command(BaseCommand):
    help = (
        "Take the authenticator app and the recovery codes of a person away who has lost both, and end their log-ins. "
        "With STAFF_TOTP the next log-in sets up another app. An owner does the same for colleagues in the admin, Users."
    )

    def add_arguments(self, parser):
        parser.add_argument("email")

    def handle(self, *, email, **options):
        person = User.objects.filter(email__iexact=email).first()
        if person is None:
            raise CommandError(f"Nobody here has the e-mail address {email}.")
        done = operations.reset(person, by=None)
        self.stdout.write(f"{person.email}: {'second step taken away' if done else 'had no second step'}")
