"""Room for prices in rials, whose numbers are large. Postgres notes wider numbers at once, and rewrites no row."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('coupons', '0002_in_force'),
    ]

    operations = [
        migrations.AlterField(
            model_name='coupon',
            name='minimum',
            field=models.DecimalField(decimal_places=2, default=0, help_text='The goods must be worth at least this much.', max_digits=12, validators=[django.core.validators.MinValueValidator(0)]),
        ),
        migrations.AlterField(
            model_name='coupon',
            name='value',
            field=models.DecimalField(decimal_places=2, default=0, help_text='Per cent, or an amount in the currency below. 0 for free delivery.', max_digits=12, validators=[django.core.validators.MinValueValidator(0)]),
        ),
    ]
