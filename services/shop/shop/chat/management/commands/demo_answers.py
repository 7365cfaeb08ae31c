from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from shop.chat.models import CannedAnswer
from shop.pages.wording import counted

ANSWERS = {
    "Hello": "Hello {name}, thank you for writing. I look into it, and tell you here in a moment.",
    "On its way": "Hello {name}, your parcel is with the carrier. Its page shows the number to follow it by.",
}


class Command(BaseCommand):
    help = "Write two canned answers for the demonstration's desk, unless there are any. Only in demo mode."

    def handle(self, **options):
        if not settings.DEMO:
            raise CommandError("This is for the demonstration (DEMO=1). Write canned answers in the admin.")
        fresh = () if CannedAnswer.objects.exists() else ANSWERS.items()
        CannedAnswer.objects.bulk_create(CannedAnswer(title=title, text=text) for title, text in fresh)
        self.stdout.write(f"{counted(len(fresh), 'canned answer')} written.")
