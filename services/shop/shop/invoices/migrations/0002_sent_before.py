"""Orders that were sent before there were invoices get theirs, in the order in which they were sent; owners may look."""

from decimal import Decimal

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.db.models import OuterRef, Subquery

AT_ONCE = 500


def number(apps, schema_editor):
    Invoice, Series = apps.get_model("invoices", "Invoice"), apps.get_model("invoices", "Series")
    Order, OrderEvent = apps.get_model("orders", "Order"), apps.get_model("orders", "OrderEvent")
    moved = OrderEvent.objects.filter(order=OuterRef("pk"), state="shipped").order_by("version").values("at")[:1]
    sent = Order.objects.filter(state="shipped").annotate(sent_at=Subquery(moved))
    last, batch = 0, []
    for order in sent.order_by("sent_at", "pk").prefetch_related("lines").iterator(chunk_size=AT_ONCE):
        last += 1
        # Neither coupons nor delivery were charged for then.
        total = sum((line.shipped * line.unit_price for line in order.lines.all()), Decimal("0.00"))
        batch.append(Invoice(number=last, order=order, issued_at=order.sent_at or order.placed_at, total=total))
        if len(batch) == AT_ONCE:
            Invoice.objects.bulk_create(batch)
            batch = []
    Invoice.objects.bulk_create(batch)
    Series.objects.create(name="invoices", last=last)


def allow(apps, schema_editor):
    # Django makes permissions after all migrations have run; this one needs them now.
    create_permissions(installed.get_app_config("invoices"), verbosity=0, using=schema_editor.connection.alias)
    owners, _ = apps.get_model("auth", "Group").objects.get_or_create(name="Owners")
    wanted = apps.get_model("auth", "Permission").objects.filter(content_type__app_label="invoices")
    owners.permissions.add(*wanted.filter(codename__startswith="view_"))


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_owners"), ("invoices", "0001_initial"), ("orders", "0004_what_it_costs")]

    operations = [
        migrations.RunPython(number, migrations.RunPython.noop),
        migrations.RunPython(allow, migrations.RunPython.noop),
    ]
