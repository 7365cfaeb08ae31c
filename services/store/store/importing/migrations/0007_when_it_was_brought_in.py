"""When an import began to be brought in: its copies are known by the time."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("importing", "0006_column_of_fault")]

    operations = [
        migrations.AddField(
            "importrun",
            "brought_from",
            models.DateTimeField(help_text="When the first of it was brought in.", null=True),
        ),
    ]
