import json
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from store.story.document import document
from store.story.telling import heads_of, story_of


class Command(BaseCommand):
    help = "Tell everything the store knows of one order, in the sequence in which it happened."

    def add_arguments(self, parser):
        parser.add_argument("number", type=UUID, nargs="?", help="the order's full number")
        parser.add_argument("--json", action="store_true", help="as a list of entries, for programs")
        parser.add_argument("--table", action="store_true", help="who hears what of a story instead, for docs/story.md")

    def handle(self, *, number: UUID | None, **options):
        if options["table"]:
            self.stdout.write(document(), ending="")
            return
        if number is None:
            raise CommandError("Say which order: its full number.")
        story = story_of(number)
        if not story:
            raise CommandError(f"The store has no order {number}.")
        if options["json"]:
            self.stdout.write(json.dumps([entry.as_json() for entry in story], indent=2, ensure_ascii=False))
        else:
            self.stdout.write("\n".join([*heads_of(number), *map(str, story)]))
