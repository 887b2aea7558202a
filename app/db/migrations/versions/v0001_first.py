"""The first schema: both sides.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import context, op

from app.models.base import Id, Money, Utc

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    side = context.config.attributes["side"]
    if side == "central":
        _address()
    _aisle()
    _answer()
    _ask()
    _bin()
    _box_type()
    _brief_line()
    _cart()
    _code()
    _cross_aisle()
    if side == "central":
        _customer()
    if side == "station":
        _dossier()
    _fact()
    if side == "central":
        _fact_status()
    if side == "central":
        _feed()
    if side == "central":
        _feed_head()
    if side == "central":
        _hold()
    if side == "central":
        _incident()
    if side == "station":
        _itself()
    _lot()
    if side == "central":
        _movement()
    _number_range()
    _order_brief()
    if side == "central":
        _order_line()
    if side == "central":
        _order_payload()
    if side == "station":
        _outbox()
    if side == "station":
        _own_touch()
    _parcel()
    _parcel_line()
    _person()
    _pick_line()
    _policy()
    _print_job()
    if side == "central":
        _reservation()
    if side == "central":
        _sales_order()
    if side == "station":
        _scan_log()
    _site_setting()
    _sku()
    _station()
    if side == "central":
        _station_mark()
    _stock()
    _tariff_band()
    if side == "central":
        _timeline()
    _tote()
    _voiding()
    _work()
    _zone()


def downgrade() -> None:
    raise RuntimeError("an older program can't read a newer database: restore the backup instead")


def _address() -> None:
    op.create_table(
        "address",
        sa.Column("id", Id(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("company", sa.String(length=255), nullable=False),
        sa.Column("line1", sa.String(length=255), nullable=False),
        sa.Column("line2", sa.String(length=255), nullable=False),
        sa.Column("city", sa.String(length=128), nullable=False),
        sa.Column("region", sa.String(length=128), nullable=False),
        sa.Column("postcode", sa.String(length=32), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("phone", sa.String(length=64), nullable=False),
        sa.Column("email", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address")),
    )


def _aisle() -> None:
    op.create_table(
        "aisle",
        sa.Column("id", Id(), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("x_mm", sa.Integer(), nullable=False),
        sa.Column("y0_mm", sa.Integer(), nullable=False),
        sa.Column("y1_mm", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_aisle")),
        sa.UniqueConstraint("name", name=op.f("uq_aisle_name")),
    )


def _answer() -> None:
    op.create_table(
        "answer",
        sa.Column("request_id", Id(), nullable=False),
        sa.Column("station_id", Id(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("answered_at", Utc(), nullable=False),
        sa.Column("taken", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_answer")),
    )
    op.create_index(op.f("ix_answer_station_id"), "answer", ["station_id"], unique=False)


def _ask() -> None:
    op.create_table(
        "ask",
        sa.Column("request_id", Id(), nullable=False),
        sa.Column("station_id", Id(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("task_id", Id(), nullable=True),
        sa.Column("asked_at", Utc(), nullable=False),
        sa.Column("sent", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_ask")),
    )


def _bin() -> None:
    op.create_table(
        "bin",
        sa.Column("id", Id(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.Column("aisle", sa.String(length=32), nullable=False),
        sa.Column("bay", sa.String(length=16), nullable=False),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("level_no", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=1), nullable=False),
        sa.Column("x_mm", sa.Integer(), nullable=False),
        sa.Column("y_mm", sa.Integer(), nullable=False),
        sa.Column("blocked", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bin")),
        sa.UniqueConstraint("name", name=op.f("uq_bin_name")),
    )
    op.create_index("ix_bin_aisle_bay", "bin", ["aisle", "bay"], unique=False)


def _box_type() -> None:
    op.create_table(
        "box_type",
        sa.Column("id", Id(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("length_mm", sa.Integer(), nullable=False),
        sa.Column("width_mm", sa.Integer(), nullable=False),
        sa.Column("height_mm", sa.Integer(), nullable=False),
        sa.Column("tare_g", sa.Integer(), nullable=False),
        sa.Column("max_g", sa.Integer(), nullable=False),
        sa.Column("shelf", sa.String(length=64), nullable=False),
        sa.Column("material", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_box_type")),
        sa.UniqueConstraint("code", name=op.f("uq_box_type_code")),
    )


def _brief_line() -> None:
    op.create_table(
        "brief_line",
        sa.Column("line_id", Id(), nullable=False),
        sa.Column("order_id", Id(), nullable=False),
        sa.Column("sku_id", Id(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("short", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("line_id", name=op.f("pk_brief_line")),
    )
    op.create_index(op.f("ix_brief_line_order_id"), "brief_line", ["order_id"], unique=False)
    op.create_index(op.f("ix_brief_line_sku_id"), "brief_line", ["sku_id"], unique=False)


def _cart() -> None:
    op.create_table(
        "cart",
        sa.Column("id", Id(), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("positions", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cart")),
        sa.UniqueConstraint("name", name=op.f("uq_cart_name")),
    )


def _code() -> None:
    op.create_table(
        "code",
        sa.Column("value", sa.String(length=256), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("subject", Id(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("printed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("value", "kind", "subject", name=op.f("pk_code")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_code_subject", "code", ["subject"], unique=False)


def _cross_aisle() -> None:
    op.create_table(
        "cross_aisle",
        sa.Column("id", Id(), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("y_mm", sa.Integer(), nullable=False),
        sa.Column("x0_mm", sa.Integer(), nullable=False),
        sa.Column("x1_mm", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cross_aisle")),
        sa.UniqueConstraint("name", name=op.f("uq_cross_aisle_name")),
    )


def _customer() -> None:
    op.create_table(
        "customer",
        sa.Column("id", Id(), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("external_id", sa.String(length=128), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("email", sa.String(length=255), nullable=False),
        sa.Column("phone", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer")),
        sa.UniqueConstraint("channel", "external_id", name=op.f("uq_customer_channel_external_id")),
    )


def _dossier() -> None:
    op.create_table(
        "dossier",
        sa.Column("order_id", Id(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("received_at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_dossier")),
    )


def _fact() -> None:
    op.create_table(
        "fact",
        sa.Column("fact_id", Id(), nullable=False),
        sa.Column("station_id", Id(), nullable=False),
        sa.Column("incarnation", Id(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event_group", sa.Integer(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("actor_id", Id(), nullable=True),
        sa.Column("task_id", Id(), nullable=True),
        sa.Column("work_id", Id(), nullable=True),
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("scan_number", sa.Integer(), nullable=False),
        sa.Column("scan_text", sa.Text(), nullable=False),
        sa.Column("chain", sa.LargeBinary(length=32), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("fact_id", name=op.f("pk_fact")),
        sa.UniqueConstraint("station_id", "incarnation", "seq", name=op.f("uq_fact_station_id_incarnation_seq")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_fact_task", "fact", ["task_id"], unique=False)


def _fact_status() -> None:
    op.create_table(
        "fact_status",
        sa.Column("fact_id", Id(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("fact_id", name=op.f("pk_fact_status")),
    )


def _feed() -> None:
    op.create_table(
        "feed",
        sa.Column("site", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("event_id", Id(), nullable=False),
        sa.Column("topic", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=512), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "seq", name=op.f("pk_feed")),
        sqlite_with_rowid=False,
    )


def _feed_head() -> None:
    op.create_table(
        "feed_head",
        sa.Column("site", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("head", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("site", name=op.f("pk_feed_head")),
    )


def _hold() -> None:
    op.create_table(
        "hold",
        sa.Column("id", Id(), nullable=False),
        sa.Column("order_id", Id(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("field", sa.String(length=64), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("placed_at", Utc(), nullable=False),
        sa.Column("placed_by", sa.String(length=128), nullable=False),
        sa.Column("released_at", Utc(), nullable=True),
        sa.Column("released_by", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
    )
    op.create_index(op.f("ix_hold_order_id"), "hold", ["order_id"], unique=False)


def _incident() -> None:
    op.create_table(
        "incident",
        sa.Column("id", Id(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("order_id", Id(), nullable=True),
        sa.Column("subject", Id(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("opened_at", Utc(), nullable=False),
        sa.Column("resolved_at", Utc(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
    )
    op.create_index(op.f("ix_incident_order_id"), "incident", ["order_id"], unique=False)


def _itself() -> None:
    op.create_table(
        "itself",
        sa.Column("one", sa.Integer(), nullable=False),
        sa.Column("station_id", Id(), nullable=False),
        sa.Column("incarnation", Id(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("chain", sa.LargeBinary(length=32), nullable=False),
        sa.Column("feed_seq", sa.Integer(), nullable=False),
        sa.Column("feed_event", Id(), nullable=True),
        sa.Column("applied_seq", sa.Integer(), nullable=False),
        sa.Column("person_id", Id(), nullable=True),
        sa.Column("workflow", sa.String(length=32), nullable=False),
        sa.Column("task_id", Id(), nullable=True),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_itself")),
    )


def _lot() -> None:
    op.create_table(
        "lot",
        sa.Column("sku_id", Id(), nullable=False),
        sa.Column("lot", sa.String(length=64), nullable=False),
        sa.Column("expires_on", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("sku_id", "lot", name=op.f("pk_lot")),
    )


def _movement() -> None:
    op.create_table(
        "movement",
        sa.Column("fact_id", Id(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("sku_id", Id(), nullable=False),
        sa.Column("place_id", Id(), nullable=False),
        sa.Column("lot", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("fact_id", "line", name=op.f("pk_movement")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_movement_stock", "movement", ["sku_id", "place_id"], unique=False)


def _number_range() -> None:
    op.create_table(
        "number_range",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("station_id", Id(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "first", name=op.f("pk_number_range")),
    )


def _order_brief() -> None:
    op.create_table(
        "order_brief",
        sa.Column("order_id", Id(), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("ship_by", Utc(), nullable=True),
        sa.Column("gift", sa.Boolean(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("station", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_order_brief")),
    )
    op.create_index(op.f("ix_order_brief_number"), "order_brief", ["number"], unique=False)


def _order_line() -> None:
    op.create_table(
        "order_line",
        sa.Column("id", Id(), nullable=False),
        sa.Column("order_id", Id(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(length=128), nullable=False),
        sa.Column("external_sku", sa.String(length=128), nullable=False),
        sa.Column("sku_id", Id(), nullable=True),
        sa.Column("name", sa.String(length=512), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("cancelled", sa.Integer(), nullable=False),
        sa.Column("short", sa.Integer(), nullable=False),
        sa.Column("ships", sa.Boolean(), nullable=False),
        sa.Column("unit_price", Money(), nullable=True),
        sa.Column("discount", Money(), nullable=True),
        sa.Column("tax", Money(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_order_line_quantity")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_line")),
        sa.UniqueConstraint("order_id", "external_id", name=op.f("uq_order_line_order_id_external_id")),
    )
    op.create_index(op.f("ix_order_line_order_id"), "order_line", ["order_id"], unique=False)


def _order_payload() -> None:
    op.create_table(
        "order_payload",
        sa.Column("order_id", Id(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("received_at", Utc(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("order_id", "content_hash", name=op.f("pk_order_payload")),
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("fact_id", Id(), nullable=False),
        sa.Column("acked_at", Utc(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_outbox")),
        sa.UniqueConstraint("fact_id", name=op.f("uq_outbox_fact_id")),
    )


def _own_touch() -> None:
    op.create_table(
        "own_touch",
        sa.Column("topic", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("topic", "key", name=op.f("pk_own_touch")),
        sqlite_with_rowid=False,
    )


def _parcel() -> None:
    op.create_table(
        "parcel",
        sa.Column("id", Id(), nullable=False),
        sa.Column("order_id", Id(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("station_id", Id(), nullable=True),
        sa.Column("tote_id", Id(), nullable=True),
        sa.Column("box_type_id", Id(), nullable=True),
        sa.Column("weight_g", sa.Integer(), nullable=True),
        sa.Column("carrier", sa.String(length=32), nullable=False),
        sa.Column("service", sa.String(length=64), nullable=False),
        sa.Column("tracking", sa.String(length=64), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=True),
        sa.Column("sscc", sa.String(length=18), nullable=False),
        sa.Column("price", Money(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("opened_at", Utc(), nullable=True),
        sa.Column("closed_at", Utc(), nullable=True),
        sa.Column("closed_by_code", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parcel")),
    )
    op.create_index(op.f("ix_parcel_order_id"), "parcel", ["order_id"], unique=False)
    op.create_index(op.f("ix_parcel_tracking"), "parcel", ["tracking"], unique=False)


def _parcel_line() -> None:
    op.create_table(
        "parcel_line",
        sa.Column("parcel_id", Id(), nullable=False),
        sa.Column("order_line_id", Id(), nullable=False),
        sa.Column("lot", sa.String(length=64), nullable=False),
        sa.Column("sku_id", Id(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("parcel_id", "order_line_id", "lot", name=op.f("pk_parcel_line")),
    )


def _person() -> None:
    op.create_table(
        "person",
        sa.Column("id", Id(), nullable=False),
        sa.Column("staff_number", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("staff_number", name=op.f("uq_person_staff_number")),
    )


def _pick_line() -> None:
    op.create_table(
        "pick_line",
        sa.Column("id", Id(), nullable=False),
        sa.Column("work_id", Id(), nullable=False),
        sa.Column("order_line_id", Id(), nullable=False),
        sa.Column("sku_id", Id(), nullable=False),
        sa.Column("place_id", Id(), nullable=False),
        sa.Column("lot", sa.String(length=64), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("picked", sa.Integer(), nullable=False),
        sa.Column("short", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_pick_line_quantity")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pick_line")),
    )
    op.create_index(op.f("ix_pick_line_work_id"), "pick_line", ["work_id"], unique=False)


def _policy() -> None:
    op.create_table(
        "policy",
        sa.Column("item_class", sa.String(length=32), nullable=False),
        sa.Column("proof", sa.String(length=16), nullable=False),
        sa.Column("units", sa.String(length=8), nullable=False),
        sa.PrimaryKeyConstraint("item_class", name=op.f("pk_policy")),
    )


def _print_job() -> None:
    op.create_table(
        "print_job",
        sa.Column("id", Id(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("order_id", Id(), nullable=True),
        sa.Column("parcel_id", Id(), nullable=True),
        sa.Column("station_id", Id(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("problem", sa.String(length=128), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("queued_at", Utc(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_job")),
    )
    op.create_index(op.f("ix_print_job_order_id"), "print_job", ["order_id"], unique=False)
    op.create_index(op.f("ix_print_job_parcel_id"), "print_job", ["parcel_id"], unique=False)
    op.create_index("ix_print_job_state", "print_job", ["state"], unique=False)


def _reservation() -> None:
    op.create_table(
        "reservation",
        sa.Column("id", Id(), nullable=False),
        sa.Column("line_id", Id(), nullable=False),
        sa.Column("sku_id", Id(), nullable=False),
        sa.Column("place_id", Id(), nullable=False),
        sa.Column("lot", sa.String(length=64), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_reservation_quantity")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservation")),
    )
    op.create_index(op.f("ix_reservation_line_id"), "reservation", ["line_id"], unique=False)


def _sales_order() -> None:
    op.create_table(
        "sales_order",
        sa.Column("id", Id(), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("external_id", sa.String(length=128), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("shop", sa.String(length=128), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("placed_at", Utc(), nullable=True),
        sa.Column("received_at", Utc(), nullable=False),
        sa.Column("updated_at", Utc(), nullable=False),
        sa.Column("ship_by", Utc(), nullable=True),
        sa.Column("service", sa.String(length=64), nullable=False),
        sa.Column("payment", sa.String(length=32), nullable=False),
        sa.Column("gift", sa.Boolean(), nullable=False),
        sa.Column("gift_message", sa.Text(), nullable=False),
        sa.Column("hide_prices", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("customer_id", Id(), nullable=True),
        sa.Column("ship_to_id", Id(), nullable=True),
        sa.Column("bill_to_id", Id(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("tax_included", sa.Boolean(), nullable=False),
        sa.Column("subtotal", Money(), nullable=True),
        sa.Column("discount", Money(), nullable=True),
        sa.Column("shipping", Money(), nullable=True),
        sa.Column("tax", Money(), nullable=True),
        sa.Column("total", Money(), nullable=True),
        sa.Column("content_hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_order")),
        sa.UniqueConstraint("channel", "external_id", name=op.f("uq_sales_order_channel_external_id")),
    )
    op.create_index(op.f("ix_sales_order_number"), "sales_order", ["number"], unique=False)
    op.create_index("ix_sales_order_state", "sales_order", ["state"], unique=False)


def _scan_log() -> None:
    op.create_table(
        "scan_log",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("touched", sa.Boolean(), nullable=False),
        sa.Column("meaning", sa.String(length=32), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("workflow", sa.String(length=32), nullable=False),
        sa.Column("handled_us", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_log")),
    )
    op.create_index("ix_scan_log_device", "scan_log", ["device", "number"], unique=False)


def _site_setting() -> None:
    op.create_table(
        "site_setting",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_site_setting")),
    )


def _sku() -> None:
    op.create_table(
        "sku",
        sa.Column("id", Id(), nullable=False),
        sa.Column("sku", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("variant", sa.String(length=255), nullable=False),
        sa.Column("picture", sa.String(length=64), nullable=False),
        sa.Column("weight_g", sa.Integer(), nullable=True),
        sa.Column("length_mm", sa.Integer(), nullable=True),
        sa.Column("width_mm", sa.Integer(), nullable=True),
        sa.Column("height_mm", sa.Integer(), nullable=True),
        sa.Column("lot_tracked", sa.Boolean(), nullable=False),
        sa.Column("serial_tracked", sa.Boolean(), nullable=False),
        sa.Column("expiry_tracked", sa.Boolean(), nullable=False),
        sa.Column("hazard", sa.String(length=32), nullable=False),
        sa.Column("item_class", sa.String(length=32), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sku")),
        sa.UniqueConstraint("sku", name=op.f("uq_sku_sku")),
    )


def _station() -> None:
    op.create_table(
        "station",
        sa.Column("id", Id(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("site", sa.Integer(), nullable=False),
        sa.Column("place_id", Id(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_station")),
        sa.UniqueConstraint("code", name=op.f("uq_station_code")),
    )


def _station_mark() -> None:
    op.create_table(
        "station_mark",
        sa.Column("station_id", Id(), nullable=False),
        sa.Column("incarnation", Id(), nullable=False),
        sa.Column("pushed_seq", sa.Integer(), nullable=False),
        sa.Column("pushed_chain", sa.LargeBinary(length=32), nullable=False),
        sa.Column("applied_seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "incarnation", name=op.f("pk_station_mark")),
    )


def _stock() -> None:
    op.create_table(
        "stock",
        sa.Column("sku_id", Id(), nullable=False),
        sa.Column("place_id", Id(), nullable=False),
        sa.Column("lot", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("on_hand", sa.Integer(), nullable=False),
        sa.Column("reserved", sa.Integer(), nullable=False),
        sa.CheckConstraint("reserved >= 0", name=op.f("ck_stock_reserved")),
        sa.PrimaryKeyConstraint("sku_id", "place_id", "lot", "status", name=op.f("pk_stock")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_stock_place", "stock", ["place_id"], unique=False)


def _tariff_band() -> None:
    op.create_table(
        "tariff_band",
        sa.Column("carrier", sa.String(length=32), nullable=False),
        sa.Column("service", sa.String(length=64), nullable=False),
        sa.Column("zone", sa.String(length=16), nullable=False),
        sa.Column("up_to_g", sa.Integer(), nullable=False),
        sa.Column("price", Money(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.PrimaryKeyConstraint("carrier", "service", "zone", "up_to_g", name=op.f("pk_tariff_band")),
    )


def _timeline() -> None:
    op.create_table(
        "timeline",
        sa.Column("id", Id(), nullable=False),
        sa.Column("order_id", Id(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("person_id", Id(), nullable=True),
        sa.Column("station_id", Id(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timeline")),
    )
    op.create_index(op.f("ix_timeline_order_id"), "timeline", ["order_id"], unique=False)


def _tote() -> None:
    op.create_table(
        "tote",
        sa.Column("id", Id(), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("order_id", Id(), nullable=True),
        sa.Column("work_id", Id(), nullable=True),
        sa.Column("place_id", Id(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tote")),
        sa.UniqueConstraint("name", name=op.f("uq_tote_name")),
    )


def _voiding() -> None:
    op.create_table(
        "voiding",
        sa.Column("fact_id", Id(), nullable=False),
        sa.Column("by_fact_id", Id(), nullable=False),
        sa.PrimaryKeyConstraint("fact_id", name=op.f("pk_voiding")),
        sqlite_with_rowid=False,
    )


def _work() -> None:
    op.create_table(
        "work",
        sa.Column("id", Id(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("order_id", Id(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("started", sa.Boolean(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("station_id", Id(), nullable=True),
        sa.Column("lease_id", Id(), nullable=True),
        sa.Column("lease_until", Utc(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work")),
    )
    op.create_index(op.f("ix_work_order_id"), "work", ["order_id"], unique=False)
    op.create_index("ix_work_ready", "work", ["kind", "state", "priority"], unique=False)


def _zone() -> None:
    op.create_table(
        "zone",
        sa.Column("carrier", sa.String(length=32), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("postcode_prefix", sa.String(length=16), nullable=False),
        sa.Column("zone", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("carrier", "country", "postcode_prefix", name=op.f("pk_zone")),
    )
