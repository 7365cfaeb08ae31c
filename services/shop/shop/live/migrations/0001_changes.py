"""Changes are written by the database, in the transaction of what changes and whichever way it is made.

An order's moves are none of them: those have their events. Whoever writes here has written, or locked, another row before,
so that the transaction has its id before the number is drawn; see shop/live/position.py.
"""

from django.db import migrations, models
from django.db.models import Func, Value
import django.db.models.deletion

NOTE = """
CREATE FUNCTION live_note_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE changed uuid;
BEGIN
    IF TG_TABLE_NAME = 'payments_refund' THEN
        SELECT order_id INTO changed FROM payments_payment WHERE key = NEW.payment_id;
    ELSIF TG_TABLE_NAME = 'orders_order' THEN
        changed := NEW.number;
    ELSE
        changed := NEW.order_id;
    END IF;
    INSERT INTO live_change (order_id, xid) VALUES (changed, pg_current_xact_id()::text::bigint) ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
"""
SHOWN = {
    "orders_order": ("pay_until", "held"),
    "orders_orderline": ("shipped", "short"),
    "orders_parcel": ("state", "carrier", "tracking", "contents"),
    "payments_payment": ("state", "captured"),
    "payments_refund": ("state", "amount"),
    "returns_return": ("state", "version", "reason", "by_hand"),
}
BEGUN = ("orders_parcel", "payments_refund", "returns_return")  # an order and a payment show nothing before their first move


def _triggers() -> str:
    made = []
    for table, columns in SHOWN.items():
        old, new = (", ".join(f"{row}.{column}" for column in columns) for row in ("OLD", "NEW"))
        made.append(
            f"CREATE TRIGGER live_changed AFTER UPDATE ON {table} FOR EACH ROW\n"
            f"    WHEN (({old}) IS DISTINCT FROM ({new})) EXECUTE FUNCTION live_note_change();"
        )
    for table in BEGUN:
        made.append(
            f"CREATE TRIGGER live_begun AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION live_note_change();"
        )
    return "\n".join(made)


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('orders', '0005_parcels'),
        ('payments', '0002_by_hand'),
        ('returns', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Change',
            fields=[
                ('id', models.BigIntegerField(db_default=Func(Value('orders_orderevent_id_seq'), function='nextval'), editable=False, primary_key=True, serialize=False)),
                ('xid', models.BigIntegerField(help_text='Of the transaction.')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='orders.order')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('order', 'xid'), name='one_change_per_order_and_transaction')],
            },
        ),
        migrations.RunSQL(NOTE + _triggers(), "DROP FUNCTION live_note_change CASCADE;"),
    ]
