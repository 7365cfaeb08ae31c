"""Room for prices in rials, whose numbers are large. Postgres notes wider numbers at once, and rewrites no row."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('importing', '0008_who_made_it_and_how_long_it_is'),
    ]

    operations = [
        migrations.AlterField(
            model_name='stagedbook',
            name='price',
            field=models.DecimalField(decimal_places=2, max_digits=10, null=True),
        ),
    ]
