"""Owners, office and stock keepers count shelves."""

from importlib import import_module

from django.db import migrations

make_groups = import_module("store.accounts.migrations.0002_groups").make_groups


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_stock_keepers"),
        ("counting", "0001_initial"),
    ]

    operations = [migrations.RunPython(make_groups, migrations.RunPython.noop)]
