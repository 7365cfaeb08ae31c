"""Room for prices in rials, whose numbers are large. Postgres notes wider numbers at once, and rewrites no row."""

import django.core.validators
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('stock', '0010_copies_by_day'),
    ]

    operations = [
        migrations.AlterField(
            model_name='bookitem',
            name='own_price',
            field=models.DecimalField(blank=True, decimal_places=2, help_text="For a copy that is not new, in the book's currency. Shown to staff; the shop sells new copies only.", max_digits=10, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0'))]),
        ),
    ]
