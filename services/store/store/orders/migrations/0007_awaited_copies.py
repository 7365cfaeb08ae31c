"""Copies that an order waits for, since what was promised to it is gone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0006_parcels")]

    operations = [
        migrations.AddField(
            model_name="orderline", name="awaited", field=models.PositiveSmallIntegerField(default=0)
        ),
        migrations.RemoveConstraint(model_name="orderline", name="no_more_short_than_ordered"),
        migrations.AddConstraint(
            model_name="orderline",
            constraint=models.CheckConstraint(
                condition=models.Q(("short__lte", models.F("quantity") - models.F("awaited"))),
                name="no_more_short_than_ordered",
            ),
        ),
    ]
