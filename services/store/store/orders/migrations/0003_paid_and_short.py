"""What of an order is paid, and which copies of a line cannot be delivered, and why."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0002_feed_of_books"),
        ("orders", "0002_rules_of_the_database"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="order", options={"permissions": [("see_unpaid_order", "Can see orders that are not paid yet")]}
        ),
        migrations.AddField(
            model_name="order",
            name="paid",
            field=models.DecimalField(decimal_places=2, default=0, max_digits=10),
        ),
        migrations.AddField(
            model_name="orderevent",
            name="line_reasons",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="orderline",
            name="short",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="orderline",
            name="short_reason",
            field=models.TextField(blank=True),
        ),
        migrations.AlterField(
            model_name="order",
            name="payment",
            field=models.CharField(
                blank=True, choices=[("on_delivery", "on delivery"), ("prepaid", "paid beforehand")], max_length=30
            ),
        ),
        migrations.AddConstraint(
            model_name="orderline",
            constraint=models.CheckConstraint(
                condition=models.Q(("short__lte", models.F("quantity"))), name="no_more_short_than_ordered"
            ),
        ),
    ]
