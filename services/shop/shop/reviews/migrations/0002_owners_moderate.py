"""Owners read reviews, and decide which of them are shown."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations


def allow(apps, schema_editor):
    # Django makes permissions after all migrations have run; this one needs them now.
    create_permissions(installed.get_app_config("reviews"), verbosity=0, using=schema_editor.connection.alias)
    owners, _ = apps.get_model("auth", "Group").objects.get_or_create(name="Owners")
    wanted = ["view_review", "change_review"]
    permissions = apps.get_model("auth", "Permission").objects
    owners.permissions.add(*permissions.filter(content_type__app_label="reviews", codename__in=wanted))


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_owners"), ("reviews", "0001_initial")]

    operations = [migrations.RunPython(allow, migrations.RunPython.noop)]
