"""Whether a discount is in force, as what the lists are sorted by was last told. See catalogue/migrations/0005."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("coupons", "0001_coupons_and_discounts")]

    operations = [
        migrations.AddField(
            model_name="discount",
            name="in_force",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        )
    ]
