import json
import sys

from django.core.management.base import BaseCommand
from django.utils import timezone

from shop.upkeep.status import look


class Command(BaseCommand):
    help = "Say how the road between shop and store is, stream by stream. Exit code 1 when something needs a person."

    def add_arguments(self, parser):
        parser.add_argument(
            "--json", action="store_true", help="figures for programs: times in ISO 8601, ages in seconds"
        )

    def handle(self, *, json: bool, **options):
        report = look(now=timezone.now())
        self.stdout.write(_json(report) if json else _text(report))
        if report.troubled:
            sys.exit(1)


def _json(report) -> str:
    return json.dumps(report.as_json(), indent=2, ensure_ascii=False)


def _text(report) -> str:
    lines = [report.sentence]
    for stream in report.streams:
        lines += ["", f"{stream.name}: {stream.level}. {stream.sentence}"]
        lines += [f"  to do: {stream.todo}"] if stream.todo else []
        lines.append("  " + "; ".join(f"{figure.name}: {figure.words}" for figure in stream.figures))
        lines += [f"  {row.kind}:{row.key}  {row.title}  {row.told}" for row in stream.rows]
        lines += [f"  and {stream.more_rows} more"] if stream.more_rows > 0 else []
    return "\n".join(lines)
