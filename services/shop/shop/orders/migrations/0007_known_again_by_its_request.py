from django.db import migrations, models


class Migration(migrations.Migration):
    """At once on any number of orders: Postgres keeps the default beside the table, and writes no row."""

    dependencies = [("orders", "0006_awaited_copies")]

    operations = [
        migrations.AddField(
            model_name="order",
            name="asked_mark",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                help_text="A keyed hash of the whole request by which a program ordered with a key of its own.",
                max_length=64,
            ),
        ),
    ]
