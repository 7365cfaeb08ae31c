"""The staff's groups exist from the first start."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

from store.accounts import roles


def make_groups(apps, schema_editor):
    # Django makes permissions only after the last migration has run, which is too late for us.
    known = {config.label for config in apps.get_app_configs()}
    for label in known & {app for table in roles.ROLES.values() for app, _ in table}:
        config = apps.get_app_config(label)
        config.models_module = True
        create_permissions(config, apps=apps, verbosity=0)
        config.models_module = None
    roles.set_up(apps)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("api", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("catalogue", "0002_feed_of_books"),
        ("orders", "0002_rules_of_the_database"),
        ("stock", "0002_ledger_and_feed"),
    ]

    operations = [migrations.RunPython(make_groups, migrations.RunPython.noop)]
