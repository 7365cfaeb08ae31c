"""Has the shop tell a partner of its orders: `python -m prove.partnership ADDRESS SECRET_FILE`, with the shop's environment."""

import sys
from pathlib import Path

import django


def main() -> None:
    django.setup()
    from django.utils import timezone

    from shop.webhooks.endpoints import give_secret
    from shop.webhooks.forms import EndpointForm

    address, secret_file = sys.argv[1], Path(sys.argv[2])
    form = EndpointForm({"name": "Partner", "url": address, "wants_orders": True, "is_active": True})
    if not form.is_valid():
        raise SystemExit(str(form.errors.as_json()))
    endpoint = form.save(commit=False)
    endpoint.created_at = timezone.now()
    secret = give_secret(endpoint)
    endpoint.save()
    secret_file.touch(mode=0o600)
    secret_file.write_text(secret)


if __name__ == "__main__":
    main()
