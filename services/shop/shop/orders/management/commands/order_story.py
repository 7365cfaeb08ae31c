import json

from django.core.management.base import BaseCommand, CommandError

from shop.orders import queries
from shop.orders.story import numbers_like, story_of
from shop.story import whole
from shop.story.document import document
from shop.story.table import Audience


class Command(BaseCommand):
    help = "Tell everything the shop knows of one order, in the sequence in which it happened."

    def add_arguments(self, parser):
        parser.add_argument("number", nargs="?", default="", help="its full number, or its reference such as 1A2B-3C4D")
        parser.add_argument("--json", action="store_true", help="both services' parts as entries, for programs")
        parser.add_argument("--table", action="store_true", help="who hears what of a story instead, for docs/story.md")

    def handle(self, *, number: str, **options):
        if options["table"]:
            self.stdout.write(document(), ending="")
            return
        orders = [order for found in numbers_like(number) if (order := queries.any_order(found))]
        if not orders:
            raise CommandError(
                f"The shop has no order {number}." if number else "Say which order: number or reference."
            )
        if options["json"]:
            told = [_as_json(whole.story_of(order, Audience.OPS)) for order in orders]
            self.stdout.write(json.dumps(told, indent=2, ensure_ascii=False))
        else:
            self.stdout.write("\n\n".join("\n".join(story_of(order.number)) for order in orders))


def _as_json(story: whole.Story) -> dict:
    told = {"order": str(story.order.number), "reference": story.order.reference, "away": story.away}
    return told | {"request_id": story.request_id, "entries": [entry.as_json() for entry in story.entries]}
