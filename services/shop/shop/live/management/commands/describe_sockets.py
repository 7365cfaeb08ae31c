import yaml
from django.core.management.base import BaseCommand

from shop.live.description import description


class Dumper(yaml.SafeDumper):
    """Texts of several lines are written as they are."""


def _text(dumper: Dumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


Dumper.add_representer(str, _text)


def written() -> str:
    return yaml.dump(description(), Dumper=Dumper, sort_keys=False, allow_unicode=True, width=120)


class Command(BaseCommand):
    help = "Write the description of the websockets (AsyncAPI 3.0), as it is kept in docs/asyncapi.yaml."

    def handle(self, *args, **options):
        self.stdout.write(written(), ending="")
