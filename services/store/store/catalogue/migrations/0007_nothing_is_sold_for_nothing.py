"""A price of 0 is refused by forms and services, as imports refuse it. The table stays as it is."""

from decimal import Decimal

import django.core.validators
from django.db import migrations, models

import store.catalogue.models


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0006_who_made_it_and_how_long_it_is'),
    ]

    operations = [
        migrations.AlterField(
            model_name='book',
            name='price',
            field=models.DecimalField(decimal_places=2, max_digits=7, validators=[django.core.validators.MinValueValidator(Decimal('0')), store.catalogue.models.not_for_nothing, django.core.validators.MaxValueValidator(Decimal('99999.99'))]),
        ),
    ]
