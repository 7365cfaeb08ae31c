from django.core.management.base import BaseCommand, CommandError

from shop.accounts.models import User
from shop.accounts.resetting import reset_second_step


class Command(BaseCommand):
    help = (
        "Take the authenticator app and the recovery codes of a person away who has lost both, and end their log-ins; "
        "a letter tells them. In the admin, Users, it can be done for those whose roles one may give."
    )

    def add_arguments(self, parser):
        parser.add_argument("email")

    def handle(self, *, email: str, **options):
        person = User.objects.filter(email__iexact=email).first()
        if person is None:
            raise CommandError(f"Nobody here has the e-mail address {email}.")
        done = reset_second_step(person)
        self.stdout.write(f"{person.email}: {'second step taken away' if done else 'had no second step'}.")
