"""The group of those who own the shop: they may look at everything in the admin."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

SEEN = ("accounts", "cart", "catalogue", "notifications", "orders", "outbox", "storelink")


def make_group(apps, schema_editor):
    for label in SEEN:
        # Django makes permissions after all migrations have run; this one needs them now.
        create_permissions(installed.get_app_config(label), verbosity=0, using=schema_editor.connection.alias)
    owners, _ = apps.get_model("auth", "Group").objects.get_or_create(name="Owners")
    permissions = apps.get_model("auth", "Permission").objects
    owners.permissions.add(*permissions.filter(content_type__app_label__in=SEEN, codename__startswith="view_"))


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("cart", "0001_initial"),
        ("catalogue", "0001_initial"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("notifications", "0001_initial"),
        ("orders", "0001_initial"),
        ("outbox", "0001_initial"),
        ("storelink", "0001_initial"),
    ]

    operations = [migrations.RunPython(make_group, migrations.RunPython.noop)]
