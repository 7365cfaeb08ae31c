"""Every transaction that changes what products answer is noted once, in itself; see shop.api.fresh.

A row for each keeps writers out of each other's way: one counter for all would make orders wait for each other.
"""

from django.db import migrations, models

NOTE = """
CREATE FUNCTION api_catalogue_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO api_catalogueturn (xid) VALUES (pg_current_xact_id()::text::bigint) ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
"""
WRITTEN = "INSERT OR UPDATE OR DELETE OR TRUNCATE"
TABLES = {
    "catalogue_book": WRITTEN,
    "catalogue_indexcard": WRITTEN,
    "catalogue_heading": WRITTEN,
    "coupons_discount": WRITTEN,
    "coupons_discount_books": WRITTEN,
    "reviews_rating": WRITTEN,
    "orders_orderline": WRITTEN,  # copies that the store has not counted yet
    "orders_order": "UPDATE OF state, held",
}
TRIGGERS = "".join(
    f"CREATE TRIGGER api_catalogue_turn AFTER {event} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION api_catalogue_written();\n"
    for table, event in TABLES.items()
)


class Migration(migrations.Migration):

    dependencies = [
        ('api', '0002_keptanswer'),
        ('catalogue', '0005_price_on_the_card'),
        ('coupons', '0002_in_force'),
        ('orders', '0005_parcels'),
        ('reviews', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='CatalogueTurn',
            fields=[('xid', models.BigIntegerField(primary_key=True, serialize=False))],
        ),
        migrations.CreateModel(
            name='CountedTurns',
            fields=[
                ('key', models.BooleanField(default=True, primary_key=True, serialize=False)),
                ('turns', models.BigIntegerField()),
                ('last', models.BigIntegerField()),
            ],
        ),
        migrations.RunSQL(NOTE + TRIGGERS, "DROP FUNCTION api_catalogue_written CASCADE;"),
    ]
