"""Who is packing an order, and until when it is kept for them; and what was sent off today, quickly."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0004_if_short"),
    ]

    operations = [
        migrations.AddField(
            model_name="order",
            name="packer",
            field=models.CharField(blank=True, db_default="", default="", max_length=254),
        ),
        migrations.AddField(
            model_name="order",
            name="claimed_until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="orderevent",
            index=models.Index(
                condition=models.Q(("status", "dispatched")), fields=["at"], name="dispatched_by_time"
            ),
        ),
    ]
