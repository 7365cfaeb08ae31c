"""Stock keepers: copies, receiving and counts, and nothing of orders."""

from importlib import import_module

from django.db import migrations

make_groups = import_module("store.accounts.migrations.0002_groups").make_groups


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_groups_see_holds"),
        ("importing", "0002_groups"),
        ("stock", "0004_copies_described"),
    ]

    operations = [migrations.RunPython(make_groups, migrations.RunPython.noop)]
