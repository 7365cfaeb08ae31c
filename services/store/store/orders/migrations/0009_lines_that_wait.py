"""What open orders wait for is counted in the levels, so that it comes to them before it is free for others."""

from django.db import migrations, models

# Orders that ended wait for nothing.
FORGET = """
UPDATE orders_orderline line SET awaited = 0 FROM orders_order o
WHERE o.id = line.order_id AND line.awaited > 0 AND o.state NOT IN ('received', 'packing', 'part_sent');
"""
COUNT_AWAITED = """
UPDATE stock_stocklevel level SET awaited = counted.number
FROM (SELECT book_id, sum(awaited) AS number FROM orders_orderline WHERE awaited > 0 GROUP BY book_id) counted
WHERE level.book_id = counted.book_id;
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0008_came_back"), ("stock", "0007_only_new_copies_are_sold")]

    operations = [
        migrations.AddIndex(
            model_name="orderline",
            index=models.Index(condition=models.Q(("awaited__gt", 0)), fields=["book"], name="lines_that_wait"),
        ),
        migrations.RunSQL(FORGET, migrations.RunSQL.noop),
        migrations.RunSQL(COUNT_AWAITED, migrations.RunSQL.noop),
    ]
