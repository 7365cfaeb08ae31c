"""Copies are found by the day on which they came, and those of an import at that."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("stock", "0009_shelves_in_any_case")]

    operations = [
        migrations.AddIndex(
            "bookitem", models.Index(fields=["received_at", "origin"], name="copies_by_day_and_origin")
        ),
    ]
