from datetime import UTC

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive, make_aware

from shop.webhooks import endpoints
from shop.webhooks.models import Delivery, Endpoint


class Command(BaseCommand):
    help = "Show the webhooks of partners, have one served again, or send again what was sent."

    def add_arguments(self, parser):
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("list", help="each webhook, how it is, and what waits for it")
        go_on = actions.add_parser(
            "go-on", help="serve one again that was switched off; send what waits, and what was set aside, at once"
        )
        go_on.add_argument("name", help="as the list shows it")
        replay = actions.add_parser("replay", help="send again, under the same ids")
        replay.add_argument("name", help="as the list shows it")
        which = replay.add_mutually_exclusive_group(required=True)
        which.add_argument(
            "--since", metavar="TIME", help="all that happened since then, such as 2026-11-26T10:00 (UTC)"
        )
        which.add_argument("--delivery", type=int, metavar="NUMBER", help="one, as the admin numbers it")

    def handle(self, *args, action: str, **options):
        getattr(self, f"_{action.replace('-', '_')}")(options)

    def _list(self, options) -> None:
        waiting = Count("deliveries", filter=Q(deliveries__state=Delivery.State.WAITING))
        found = list(Endpoint.objects.annotate(waiting=waiting).order_by("name"))
        for one in found:
            how = "switched off" if one.switched_off_at else "active" if one.is_active else "not active"
            told = f"{one.name}  {one.url}  {how}  {one.waiting} waiting  {one.failures} failures  {one.why_off}"
            self.stdout.write(told.rstrip())
        self.stdout.write(f"{len(found)} webhooks.")

    def _go_on(self, options) -> None:
        came = endpoints.go_on(self._named(options["name"]), now=timezone.now())
        self.stdout.write("It is served again." if came.was_stopped else "It was not switched off.")
        self.stdout.write(f"{came.sent_now} that had to wait or were set aside are sent now.")

    def _replay(self, options) -> None:
        endpoint, now = self._named(options["name"]), timezone.now()
        if options["delivery"] is not None:
            number = endpoints.send_again(endpoint.deliveries.filter(pk=options["delivery"]), now=now)
            if not number:
                raise CommandError(f"{endpoint} has no delivery {options['delivery']}.")
        else:
            number = endpoints.replay(endpoint, since=_time(options["since"]), now=now)
        self.stdout.write(f"{number} will be sent again.")

    def _named(self, name: str) -> Endpoint:
        if found := Endpoint.objects.filter(name=name).first():
            return found
        raise CommandError(f"There is no webhook named {name!r}; see: webhooks list")


def _time(text: str):
    try:
        time = parse_datetime(text)
    except ValueError:
        time = None
    if time is None:
        raise CommandError(f"{text!r} is no time such as 2026-11-26T10:00.")
    return make_aware(time, UTC) if is_naive(time) else time
