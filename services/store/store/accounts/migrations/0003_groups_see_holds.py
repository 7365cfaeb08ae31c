"""Owners and office see holds and unpaid orders; dispatchers only what they may pack."""

from importlib import import_module

from django.db import migrations

make_groups = import_module("store.accounts.migrations.0002_groups").make_groups


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_groups"),
        ("holds", "0001_initial"),
        ("orders", "0003_paid_and_short"),
    ]

    operations = [migrations.RunPython(make_groups, migrations.RunPython.noop)]
