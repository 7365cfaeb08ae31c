"""Orders that leave in several parcels."""

import django.db.models.deletion
from django.db import migrations, models

STATES = [
    ("awaiting_payment", "Waiting for payment"),
    ("expired", "Not paid in time"),
    ("placed", "Placed"),
    ("accepted", "Accepted by the warehouse"),
    ("rejected", "Not possible"),
    ("packing", "Being packed"),
    ("partly_shipped", "Shipped in part"),
    ("shipped", "Shipped"),
    ("failed", "Could not be delivered"),
    ("cancel_requested", "Cancelling asked for"),
    ("cancelled", "Cancelled"),
]
PARCEL_STATES = [
    ("dispatched", "On its way"),
    ("delivered", "Delivered"),
    ("lost", "Lost"),
    ("came_back", "Came back to us"),
]


class Migration(migrations.Migration):
    dependencies = [("orders", "0004_what_it_costs")]

    operations = [
        migrations.AlterField(
            model_name="order",
            name="state",
            field=models.CharField(choices=STATES, default="placed", max_length=20),
        ),
        migrations.AlterField(
            model_name="orderevent", name="state", field=models.CharField(choices=STATES, max_length=20)
        ),
        migrations.CreateModel(
            name="Parcel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                ("state", models.CharField(choices=PARCEL_STATES, default="dispatched", max_length=10)),
                ("carrier", models.CharField(blank=True, max_length=40)),
                ("tracking", models.CharField(blank=True, max_length=60, verbose_name="tracking code")),
                (
                    "contents",
                    models.JSONField(default=dict, help_text="Copies by the position of their line."),
                ),
                (
                    "price",
                    models.DecimalField(
                        decimal_places=2,
                        help_text="Of what is in it; the first to leave bears the delivery.",
                        max_digits=12,
                    ),
                ),
                ("sent_at", models.DateTimeField()),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="parcels", to="orders.order"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("order", "number"), name="one_parcel_per_number")
                ],
            },
        ),
    ]
