"""Shelves to be counted."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0002_feed_of_books"), ("stock", "0004_copies_described")]

    operations = [
        migrations.CreateModel(
            name="CountTask",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("shelf", models.CharField(blank=True, max_length=30)),
                ("why", models.CharField(max_length=500)),
                ("asked_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                (
                    "book",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="count_tasks",
                        to="catalogue.book",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("done_at__isnull", True)), fields=("shelf", "book"), name="one_count_to_do"
                    )
                ],
            },
        ),
    ]
