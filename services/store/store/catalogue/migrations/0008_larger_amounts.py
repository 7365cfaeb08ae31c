"""Room for prices in rials, whose numbers are large. Postgres notes wider numbers at once, and rewrites no row."""

import django.core.validators
from decimal import Decimal
from django.db import migrations, models

import store.catalogue.models


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0007_nothing_is_sold_for_nothing'),
    ]

    operations = [
        migrations.AlterField(
            model_name='book',
            name='price',
            field=models.DecimalField(decimal_places=2, max_digits=10, validators=[django.core.validators.MinValueValidator(Decimal('0')), store.catalogue.models.not_for_nothing, django.core.validators.MaxValueValidator(Decimal('99999999.99'))]),
        ),
    ]
