from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from store.orders.story import story_of


class Command(BaseCommand):
    help = "Tell everything the store knows of one order, in the order in which it happened."

    def add_arguments(self, parser):
        parser.add_argument("number", type=UUID, help="the order's full number")

    def handle(self, *, number: UUID, **options):
        story = story_of(number)
        if not story:
            raise CommandError(f"The store has no order {number}.")
        self.stdout.write("\n".join(story))
