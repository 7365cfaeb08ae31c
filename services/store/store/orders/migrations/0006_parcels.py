"""Every copy that was put into an order lies in a parcel; what left before there were parcels left in one."""

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

STATES = [
    ("open", "open"),
    ("sealed", "sealed"),
    ("dispatched", "on its way"),
    ("delivered", "delivered"),
    ("lost", "lost"),
    ("came_back", "came back"),
    ("void", "not used"),
]
ORDER_STATES = [
    ("received", "received"),
    ("packing", "being packed"),
    ("part_sent", "sent in part"),
    ("dispatched", "dispatched"),
    ("failed", "failed"),
    ("cancelled", "cancelled"),
    ("rejected", "rejected: too few copies"),
]
LEFT = ("dispatched", "delivered", "lost", "came_back")
ONE_EACH = """
INSERT INTO orders_parcel (order_id, number, state, carrier, tracking, made_at, sealed_at, dispatched_at)
SELECT o.id, 1,
       CASE WHEN o.state = 'dispatched' THEN 'dispatched' WHEN o.state IN ('received', 'packing') THEN 'open' ELSE 'void' END,
       '', '', boxed.made_at, sent.at, sent.at
FROM orders_order o
JOIN (
    SELECT line.order_id, min(a.made_at) AS made_at
    FROM orders_allocation a JOIN orders_orderline line ON line.id = a.line_id GROUP BY line.order_id
) boxed ON boxed.order_id = o.id
LEFT JOIN LATERAL (
    SELECT max(event.at) AS at FROM orders_orderevent event WHERE event.order_id = o.id AND event.status = 'dispatched'
) sent ON true;
UPDATE orders_allocation a SET parcel_id = parcel.id
FROM orders_orderline line JOIN orders_parcel parcel ON parcel.order_id = line.order_id
WHERE line.id = a.line_id;
-- What the foreign keys have still to look at would keep the next step from changing the table.
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0005_claims")]

    operations = [
        migrations.CreateModel(
            name="Parcel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                ("state", models.CharField(choices=STATES, default="open", max_length=10)),
                ("carrier", models.CharField(blank=True, max_length=40)),
                ("tracking", models.CharField(blank=True, max_length=60, verbose_name="tracking code")),
                (
                    "weight_g",
                    models.PositiveIntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(50_000)],
                        verbose_name="weight in g",
                    ),
                ),
                ("made_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("sealed_at", models.DateTimeField(null=True)),
                ("dispatched_at", models.DateTimeField(null=True)),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="parcels", to="orders.order"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ParcelEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_state", models.CharField(choices=STATES, max_length=10)),
                ("to_state", models.CharField(choices=STATES, max_length=10)),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("actor", models.CharField(max_length=254)),
                ("at", models.DateTimeField()),
                (
                    "parcel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="events", to="orders.parcel"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="allocation",
            name="parcel",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="allocations",
                to="orders.parcel",
            ),
        ),
        migrations.RunSQL(ONE_EACH, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="allocation",
            name="parcel",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="allocations", to="orders.parcel"
            ),
        ),
        migrations.AddField(model_name="orderevent", name="parcels", field=models.JSONField(default=list)),
        migrations.AlterField(
            model_name="order",
            name="state",
            field=models.CharField(choices=ORDER_STATES, default="received", max_length=12),
        ),
        migrations.AlterField(
            model_name="orderevent", name="status", field=models.CharField(choices=ORDER_STATES, max_length=12)
        ),
        migrations.RemoveConstraint(model_name="order", name="order_state_is_known"),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", [state for state, _ in ORDER_STATES])), name="order_state_is_known"
            ),
        ),
        migrations.AddIndex(
            model_name="parcel",
            index=models.Index(
                condition=models.Q(("dispatched_at__isnull", False)),
                fields=["dispatched_at", "id"],
                name="parcels_by_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="parcel",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", [state for state, _ in STATES])), name="parcel_state_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="parcel",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "void"), _negated=True),
                fields=("order", "number"),
                name="parcel_once_in_its_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="parcel",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", LEFT), _negated=True), ("dispatched_at__isnull", False), _connector="OR"
                ),
                name="parcel_left_at_a_time",
            ),
        ),
    ]
