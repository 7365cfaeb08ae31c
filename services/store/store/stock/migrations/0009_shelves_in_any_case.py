"""Shelves are found whatever case their names are written in."""

from django.db import migrations, models
from django.db.models.functions import Collate, Upper


class Migration(migrations.Migration):
    dependencies = [("stock", "0008_barcodes_that_can_be_scanned")]

    operations = [
        migrations.AddIndex(
            "bookitem", models.Index(Upper("shelf"), Collate("shelf", "C"), name="copies_by_shelf_in_any_case")
        ),
    ]
