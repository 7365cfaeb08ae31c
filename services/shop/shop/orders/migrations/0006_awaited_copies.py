"""Copies that the warehouse waits for, since the customer wants all of the order together."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0005_parcels")]

    operations = [
        migrations.AddField(
            model_name="orderline",
            name="awaited",
            field=models.PositiveSmallIntegerField(
                db_default=0,
                default=0,
                help_text="Not there by now, but still to come: the customer waits for all copies.",
            ),
        ),
    ]
