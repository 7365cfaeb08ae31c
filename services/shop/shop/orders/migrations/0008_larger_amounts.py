"""Room for prices in rials, whose numbers are large. Postgres notes wider numbers at once, and rewrites no row."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0007_known_again_by_its_request'),
    ]

    operations = [
        migrations.AlterField(
            model_name='order',
            name='delivery',
            field=models.DecimalField(decimal_places=2, default=0, help_text='What sending it costs.', max_digits=12),
        ),
        migrations.AlterField(
            model_name='orderline',
            name='discount',
            field=models.DecimalField(decimal_places=2, default=0, help_text='What the coupon takes off the whole line.', max_digits=12),
        ),
    ]
