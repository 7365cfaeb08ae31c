from django.core.management.base import BaseCommand, CommandError

from shop.orders.story import numbers_like, story_of


class Command(BaseCommand):
    help = "Tell everything the shop knows of one order, in the order in which it happened."

    def add_arguments(self, parser):
        parser.add_argument("number", help="the order's full number, or its reference such as 1A2B-3C4D")

    def handle(self, *, number: str, **options):
        stories = [story for found in numbers_like(number) if (story := story_of(found))]
        if not stories:
            raise CommandError(f"The shop has no order {number}.")
        self.stdout.write("\n\n".join("\n".join(story) for story in stories))
