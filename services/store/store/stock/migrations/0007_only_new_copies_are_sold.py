"""Levels tell new copies from others and know what is waited for; a count without a shelf can be settled by a note."""

import django.core.validators
from decimal import Decimal
from django.db import migrations, models

# As in 0002, by what is free now.
FREE_CHANGED = """
CREATE OR REPLACE FUNCTION stock_levels_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM catalogue_note_changes(array_agg(changed.id)) FROM (
        SELECT n.book_id FROM new_rows n JOIN old_rows o USING (book_id)
        WHERE {new} <> {old}
    ) AS changed(id);
    RETURN NULL;
END $$;
"""
FREE = "GREATEST({0}.on_shelf - {0}.not_new - {0}.reserved - {0}.awaited, 0)"
NOW_FREE = FREE_CHANGED.format(new=FREE.format("n"), old=FREE.format("o"))
FREE_BEFORE = FREE_CHANGED.format(new="n.on_shelf - n.reserved", old="o.on_shelf - o.reserved")
# Few copies are not new, and only the levels of their books are written. The feed then tells the shop what is free.
COUNT_NOT_NEW = """
UPDATE stock_stocklevel level SET not_new = counted.number
FROM (
    SELECT book_id, count(*) AS number FROM stock_bookitem WHERE state = 'available' AND condition <> 'new' GROUP BY book_id
) counted
WHERE level.book_id = counted.book_id;
"""


class Migration(migrations.Migration):
    dependencies = [("stock", "0006_returned")]

    operations = [
        migrations.AddField(
            model_name="stocklevel",
            name="not_new",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="stocklevel",
            name="awaited",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddConstraint(
            model_name="stocklevel",
            constraint=models.CheckConstraint(
                condition=models.Q(("not_new__lte", models.F("on_shelf"))), name="no_more_not_new_than_on_the_shelf"
            ),
        ),
        migrations.AddField(
            model_name="counttask",
            name="done_note",
            field=models.CharField(blank=True, db_default="", default="", max_length=500),
        ),
        migrations.AddField(
            model_name="counttask",
            name="done_by",
            field=models.CharField(blank=True, db_default="", default="", max_length=254),
        ),
        migrations.AlterField(
            model_name="bookitem",
            name="own_price",
            field=models.DecimalField(
                blank=True,
                decimal_places=2,
                help_text="For a copy that is not new, in the book's currency. Shown to staff; the shop sells new copies only.",
                max_digits=7,
                null=True,
                validators=[django.core.validators.MinValueValidator(Decimal("0"))],
            ),
        ),
        migrations.RunSQL(NOW_FREE, FREE_BEFORE),
        migrations.RunSQL(COUNT_NOT_NEW, migrations.RunSQL.noop),
    ]
