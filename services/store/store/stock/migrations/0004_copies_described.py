"""Copies that are expected, their condition with a note and a price of their own, and shelves in the ledger."""

import django.core.validators
from decimal import Decimal
from django.db import migrations, models


# "good" and "worn" were conditions before: both are used copies, and stay in words what they were.
TO_USED = """
UPDATE stock_bookitem SET condition_note = condition, condition = 'used' WHERE condition IN ('good', 'worn');
"""
BACK_FROM_USED = """
UPDATE stock_bookitem SET own_price = NULL;
UPDATE stock_bookitem
SET condition = CASE WHEN condition_note = 'good' THEN 'good' ELSE 'worn' END WHERE condition <> 'new';
"""


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0003_format'),
        ('stock', '0002_ledger_and_feed'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='bookitem',
            name='copy_state_is_known',
        ),
        migrations.AddField(
            model_name='bookitem',
            name='condition_note',
            field=models.CharField(blank=True, db_default='', default='', help_text='What a buyer should know: creases, a name inside.', max_length=200),
        ),
        migrations.AddField(
            model_name='bookitem',
            name='own_price',
            field=models.DecimalField(blank=True, decimal_places=2, help_text="For a copy that is not new, in the book's currency. Shown to staff; the shop sells at the book's price.", max_digits=7, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0'))]),
        ),
        migrations.RunSQL(TO_USED, BACK_FROM_USED),
        migrations.AddField(
            model_name='ledgerline',
            name='from_shelf',
            field=models.CharField(blank=True, db_default='', default='', max_length=30),
        ),
        migrations.AddField(
            model_name='ledgerline',
            name='to_shelf',
            field=models.CharField(blank=True, db_default='', default='', max_length=30),
        ),
        migrations.AlterField(
            model_name='bookitem',
            name='condition',
            field=models.CharField(choices=[('new', 'new'), ('used', 'used'), ('damaged', 'damaged')], default='new', max_length=10),
        ),
        migrations.AlterField(
            model_name='bookitem',
            name='state',
            field=models.CharField(choices=[('expected', 'expected'), ('available', 'on the shelf'), ('allocated', 'chosen for an order'), ('packed', 'packed'), ('shipped', 'shipped'), ('missing', 'missing'), ('damaged', 'damaged'), ('written_off', 'written off')], default='available', editable=False, max_length=12),
        ),
        migrations.AlterField(
            model_name='ledgerline',
            name='from_state',
            field=models.CharField(blank=True, choices=[('expected', 'expected'), ('available', 'on the shelf'), ('allocated', 'chosen for an order'), ('packed', 'packed'), ('shipped', 'shipped'), ('missing', 'missing'), ('damaged', 'damaged'), ('written_off', 'written off')], max_length=12),
        ),
        migrations.AlterField(
            model_name='ledgerline',
            name='reason',
            field=models.CharField(choices=[('received', 'came in'), ('chosen', 'chosen for an order'), ('unchosen', 'taken out of an order again'), ('packed', 'packed'), ('shipped', 'shipped'), ('given_back', 'given back by an order that ended'), ('counted', 'found in this state at the shelf'), ('announced', 'announced by a delivery note'), ('not_sent', 'did not come with its delivery'), ('shelved', 'put on another shelf'), ('described', 'condition or price noted')], max_length=12),
        ),
        migrations.AlterField(
            model_name='ledgerline',
            name='to_state',
            field=models.CharField(choices=[('expected', 'expected'), ('available', 'on the shelf'), ('allocated', 'chosen for an order'), ('packed', 'packed'), ('shipped', 'shipped'), ('missing', 'missing'), ('damaged', 'damaged'), ('written_off', 'written off')], max_length=12),
        ),
        migrations.AddIndex(
            model_name='bookitem',
            index=models.Index(fields=['shelf', 'state', 'id'], name='copies_by_shelf'),
        ),
        migrations.AddIndex(
            model_name='ledgerline',
            index=models.Index(condition=models.Q(('to_state', 'shipped')), fields=['at', 'copy'], name='shipped_by_time'),
        ),
        migrations.AddConstraint(
            model_name='bookitem',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['expected', 'available', 'allocated', 'packed', 'shipped', 'missing', 'damaged', 'written_off'])), name='copy_state_is_known'),
        ),
        migrations.AddConstraint(
            model_name='bookitem',
            constraint=models.CheckConstraint(condition=models.Q(('own_price', None), models.Q(('own_price__gte', 0), models.Q(('condition', 'new'), _negated=True)), _connector='OR'), name='own_price_is_of_a_copy_that_is_not_new'),
        ),
    ]
