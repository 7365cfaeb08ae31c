"""What of an order's total is delivery, coupon and tax, and why a line costs what it costs."""

import django.db.models.expressions
from django.db import migrations, models


def old_lines_were_sold_at_the_list_price(apps, schema_editor):
    apps.get_model("orders", "OrderLine").objects.update(list_price=models.F("unit_price"))


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0002_finding'),
        ('orders', '0003_orders_of_guests'),
    ]

    operations = [
        migrations.AddField(
            model_name='order',
            name='bill_city',
            field=models.CharField(blank=True, max_length=120, verbose_name='city on the bill'),
        ),
        migrations.AddField(
            model_name='order',
            name='bill_country',
            field=models.CharField(blank=True, max_length=2, verbose_name='country on the bill'),
        ),
        migrations.AddField(
            model_name='order',
            name='bill_line1',
            field=models.CharField(blank=True, max_length=200, verbose_name='street and number on the bill'),
        ),
        migrations.AddField(
            model_name='order',
            name='bill_line2',
            field=models.CharField(blank=True, max_length=200, verbose_name='addition on the bill'),
        ),
        migrations.AddField(
            model_name='order',
            name='bill_name',
            field=models.CharField(blank=True, max_length=120, verbose_name='name on the bill'),
        ),
        migrations.AddField(
            model_name='order',
            name='bill_postcode',
            field=models.CharField(blank=True, max_length=20, verbose_name='postcode on the bill'),
        ),
        migrations.AddField(
            model_name='order',
            name='coupon_code',
            field=models.CharField(blank=True, max_length=30, verbose_name='coupon'),
        ),
        migrations.AddField(
            model_name='order',
            name='delivery',
            field=models.DecimalField(decimal_places=2, default=0, help_text='What sending it costs.', max_digits=8),
        ),
        migrations.AddField(
            model_name='order',
            name='discount',
            field=models.DecimalField(decimal_places=2, default=0, help_text='What the coupon takes off the goods.', max_digits=12),
        ),
        migrations.AddField(
            model_name='order',
            name='if_short',
            field=models.CharField(choices=[('ship', 'Send what is there'), ('wait', 'Wait until all is there')], default='ship', help_text="The customer's wish.", max_length=10, verbose_name='if copies are missing'),
        ),
        migrations.AddField(
            model_name='order',
            name='tax_percent',
            field=models.DecimalField(decimal_places=2, default=0, help_text='Tax that all of these prices include.', max_digits=4),
        ),
        migrations.AddField(
            model_name='orderline',
            name='discount',
            field=models.DecimalField(decimal_places=2, default=0, help_text='What the coupon takes off the whole line.', max_digits=10),
        ),
        migrations.AddField(
            model_name='orderline',
            name='list_price',
            field=models.DecimalField(decimal_places=2, default=0, help_text='Of a copy, before any discount.', max_digits=10),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='orderline',
            name='price_reason',
            field=models.CharField(blank=True, help_text='Name of the discount that lowered it.', max_length=80),
        ),
        migrations.AlterField(
            model_name='order',
            name='total',
            field=models.DecimalField(decimal_places=2, help_text='What the customer owes in all.', max_digits=12),
        ),
        migrations.RunPython(old_lines_were_sold_at_the_list_price, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='orderline',
            constraint=models.CheckConstraint(condition=models.Q(('discount__gte', 0), ('discount__lte', django.db.models.expressions.CombinedExpression(models.F('unit_price'), '*', models.F('quantity')))), name='coupon_within_its_line'),
        ),
    ]
