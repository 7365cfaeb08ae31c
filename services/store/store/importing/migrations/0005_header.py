from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("importing", "0004_sent_by_services")]

    operations = [
        migrations.AddField(
            model_name="importrun",
            name="header",
            field=models.JSONField(
                default=list, help_text="CSV sent in by a service: what its own first line calls each column."
            ),
        ),
    ]
