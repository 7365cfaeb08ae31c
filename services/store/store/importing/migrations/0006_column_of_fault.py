from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("importing", "0005_header")]

    operations = [
        migrations.AddField(
            model_name="importfault",
            name="column",
            field=models.CharField(
                blank=True, db_default="", default="", help_text="CSV: ours, if one is to blame.", max_length=20
            ),
        ),
    ]
