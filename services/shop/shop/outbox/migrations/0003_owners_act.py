"""Owners may do something about what was not delivered, and about the feeds; so far they could only look."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

CHANGED = {
    "notifications": "change_mail",
    "outbox": "change_outboxmessage",
    "payments": "change_refund",
    "storelink": "change_feed",
}


def allow(apps, schema_editor):
    owners, _ = apps.get_model("auth", "Group").objects.get_or_create(name="Owners")
    permissions = apps.get_model("auth", "Permission").objects
    for label, codename in CHANGED.items():
        # Django makes permissions after all migrations have run; this one needs them now.
        create_permissions(installed.get_app_config(label), verbosity=0, using=schema_editor.connection.alias)
        owners.permissions.add(*permissions.filter(content_type__app_label=label, codename=codename))
    owners.permissions.add(*permissions.filter(content_type__app_label="payments", codename__startswith="view_"))


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_owners"),
        ("notifications", "0001_initial"),
        ("outbox", "0002_cancel_and_release"),
        ("payments", "0001_initial"),
        ("storelink", "0002_comparison"),
    ]

    operations = [migrations.RunPython(allow, migrations.RunPython.noop)]
