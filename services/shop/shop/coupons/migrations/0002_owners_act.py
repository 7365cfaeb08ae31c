"""Owners keep coupons and discounts."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations


def allow(apps, schema_editor):
    # Django makes permissions after all migrations have run; this one needs them now.
    create_permissions(installed.get_app_config("coupons"), verbosity=0, using=schema_editor.connection.alias)
    owners, _ = apps.get_model("auth", "Group").objects.get_or_create(name="Owners")
    owners.permissions.add(*apps.get_model("auth", "Permission").objects.filter(content_type__app_label="coupons"))


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_owners"),
        ("coupons", "0001_coupons_and_discounts"),
    ]

    operations = [migrations.RunPython(allow, migrations.RunPython.noop)]
