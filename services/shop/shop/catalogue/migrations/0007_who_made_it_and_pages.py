"""Who made a book beside its authors, whose imprint it is and how many pages it has, once the store tells it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0006_short_pending_lists")]

    operations = [
        migrations.AddField(
            "book",
            "contributors",
            models.JSONField(blank=True, db_default=[], default=list, help_text="Names, and roles of ONIX."),
        ),
        migrations.AddField(
            "book",
            "imprint_of",
            models.CharField(
                blank=True, db_default="", default="", help_text="The publisher whose imprint that is.", max_length=200
            ),
        ),
        migrations.AddField("book", "pages", models.IntegerField(blank=True, null=True)),
    ]
