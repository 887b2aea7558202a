"""Deliveries, counts, returns, manifests, tracking, mails, PINs.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import context, op

from app.ids import new_id
from app.models.base import Id, Money, Utc

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    side = context.config.attributes["side"]
    _answer()
    _ask()
    _bin()
    _count_task()
    _disposition_rule()
    if side == "central":
        _effect()
        _fact_again()
        _fact_status()
        _cluster_mark()
        _station_seen()
    else:
        _central_seen()
        _own_lease()
    _fact()
    if side == "central":
        _mail_opt_out()
    _manifest()
    _order_brief()
    if side == "station":
        _outbox()
    _parcel()
    _person_pin()
    _pin_guard()
    _print_job()
    _receipt()
    _receipt_line()
    if side == "central":
        _refund()
    if side == "central":
        _reorder_point()
    _return_case()
    _return_item()
    _return_line()
    if side == "central":
        _serial_unit()
    _sku_weight()
    _tote()
    _tote_count()
    if side == "central":
        _tracking_event()
    _work()


def downgrade() -> None:
    raise RuntimeError("an older program can't read a newer database: restore the backup instead")


def _answer() -> None:
    said = sa.text("body <> ''")
    op.create_index("ix_answer_kept", "answer", ["kind", "answered_at"], sqlite_where=said, postgresql_where=said)


def _ask() -> None:
    op.add_column("ask", sa.Column("boot", Id(), nullable=True))
    op.add_column("ask", sa.Column("asked_ns", sa.BigInteger(), server_default="0", nullable=False))


def _fact_again() -> None:
    op.create_table(
        "fact_again",
        sa.Column("station_id", Id(), nullable=False),
        sa.Column("incarnation", Id(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("fact_id", Id(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "incarnation", "seq", name=op.f("pk_fact_again")),
    )


def _fact_status() -> None:
    op.add_column("fact_status", sa.Column("outcome", sa.String(length=16), server_default="", nullable=False))
    op.add_column("fact_status", sa.Column("note", sa.Text(), server_default="", nullable=False))
    op.add_column("fact_status", sa.Column("resolved_at", Utc(), nullable=True))
    op.add_column("fact_status", sa.Column("resolved_by", Id(), nullable=True))
    op.create_index("ix_fact_status_outcome", "fact_status", ["outcome", "status"], unique=False)


def _cluster_mark() -> None:
    op.create_table(
        "cluster_mark",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("epoch", Id(), nullable=False),
        sa.Column("clock_at", Utc(), nullable=True),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_cluster_mark")),
    )
    mark = sa.table("cluster_mark", sa.column("one", sa.Integer()), sa.column("epoch", Id()))
    op.execute(mark.insert().values(one=1, epoch=new_id()))


def _station_seen() -> None:
    op.create_table(
        "station_seen",
        sa.Column("station_id", Id(), nullable=False),
        sa.Column("seen_at", Utc(), nullable=True),
        sa.Column("app", sa.String(length=32), nullable=False),
        sa.Column("schema", sa.Integer(), nullable=False),
        sa.Column("clock_offset_ms", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", Utc(), nullable=True),
        sa.PrimaryKeyConstraint("station_id", name=op.f("pk_station_seen")),
    )


def _central_seen() -> None:
    op.create_table(
        "central_seen",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("epoch", Id(), nullable=True),
        sa.Column("system", sa.String(length=32), nullable=False),
        sa.Column("timeline", sa.Integer(), nullable=False),
        sa.Column("schema_min", sa.Integer(), nullable=False),
        sa.Column("schema_max", sa.Integer(), nullable=False),
        sa.Column("clock_offset_ms", sa.BigInteger(), nullable=False),
        sa.Column("met_at", Utc(), nullable=True),
        sa.Column("forked_at", Utc(), nullable=True),
        sa.Column("forked_seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_central_seen")),
    )


def _own_lease() -> None:
    op.create_table(
        "own_lease",
        sa.Column("lease_id", Id(), nullable=False),
        sa.Column("boot", Id(), nullable=False),
        sa.Column("until_ns", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("lease_id", name=op.f("pk_own_lease")),
    )


def _bin() -> None:
    op.create_index(op.f("ix_bin_type"), "bin", ["type"], unique=False)
    op.add_column("bin", sa.Column("capacity_ml", sa.Integer(), nullable=True))


def _count_task() -> None:
    op.create_table(
        "count_task",
        sa.Column("id", Id(), nullable=False),
        sa.Column("place_id", Id(), nullable=False),
        sa.Column("sku_id", Id(), nullable=True),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("opened_at", Utc(), nullable=False),
        sa.Column("first_by", Id(), nullable=True),
        sa.Column("second_by", Id(), nullable=True),
        sa.Column("settled_at", Utc(), nullable=True),
        sa.Column("first_fact", Id(), nullable=True),
        sa.Column("second_fact", Id(), nullable=True),
        sa.Column("judge_fact", Id(), nullable=True),
        sa.Column("settled_fact", Id(), nullable=True),
        sa.Column("counted_at", Utc(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_count_task")),
    )
    op.create_index(op.f("ix_count_task_place_id"), "count_task", ["place_id"], unique=False)
    op.create_index("ix_count_task_state", "count_task", ["state", "priority"], unique=False)


def _disposition_rule() -> None:
    op.create_table(
        "disposition_rule",
        sa.Column("item_class", sa.String(length=32), nullable=False),
        sa.Column("grade", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("disposition", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("item_class", "grade", name=op.f("pk_disposition_rule")),
    )


def _effect() -> None:
    op.create_table(
        "effect",
        sa.Column("id", Id(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("subject_id", Id(), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("order_id", Id(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("response", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", Utc(), nullable=True),
        sa.Column("made_at", Utc(), nullable=False),
        sa.Column("done_at", Utc(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_effect")),
        sa.UniqueConstraint("kind", "subject_id", "request_id", name=op.f("uq_effect_kind_subject_id_request_id")),
    )
    op.create_index(op.f("ix_effect_order_id"), "effect", ["order_id"], unique=False)
    op.create_index("ix_effect_state", "effect", ["state", "next_at"], unique=False)


def _fact() -> None:
    op.create_index("ix_fact_kind", "fact", ["kind", "seq"], unique=False)
    closed = sa.text("kind = 'ParcelClosed'")
    op.create_index(
        "ix_fact_closed", "fact", ["actor_id", "at"], unique=False, sqlite_where=closed, postgresql_where=closed
    )


def _mail_opt_out() -> None:
    op.create_table(
        "mail_opt_out",
        sa.Column("id", Id(), nullable=False),
        sa.Column("since", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_opt_out")),
    )


def _manifest() -> None:
    op.create_table(
        "manifest",
        sa.Column("id", Id(), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("carrier", sa.String(length=32), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("parcels", sa.Integer(), nullable=False),
        sa.Column("weight_g", sa.Integer(), nullable=False),
        sa.Column("closed_at", Utc(), nullable=False),
        sa.Column("closed_by", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manifest")),
        sa.UniqueConstraint("number", name=op.f("uq_manifest_number")),
    )


def _order_brief() -> None:
    op.create_index(op.f("ix_order_brief_state"), "order_brief", ["state"], unique=False)
    op.add_column("order_brief", sa.Column("revision", sa.Integer(), server_default="0", nullable=False))


def _outbox() -> None:
    op.add_column(
        "outbox", sa.Column("chain", sa.LargeBinary(length=32), server_default=sa.text("x''"), nullable=False)
    )
    op.execute("UPDATE outbox SET chain = (SELECT f.chain FROM fact f WHERE f.fact_id = outbox.fact_id)")
    op.create_index("ix_outbox_unacked", "outbox", ["seq"], unique=False, sqlite_where=sa.text("acked_at IS NULL"))


def _parcel() -> None:
    op.create_index(op.f("ix_parcel_serial"), "parcel", ["serial"], unique=False)
    op.create_index(op.f("ix_parcel_sscc"), "parcel", ["sscc"], unique=False)
    op.add_column("parcel", sa.Column("manifest_id", Id(), nullable=True))
    op.create_index(op.f("ix_parcel_manifest_id"), "parcel", ["manifest_id"], unique=False)
    op.add_column("parcel", sa.Column("tracking_state", sa.String(length=24), server_default="", nullable=False))


def _person_pin() -> None:
    op.create_table(
        "person_pin",
        sa.Column("person_id", Id(), nullable=False),
        sa.Column("hash", sa.String(length=255), nullable=False),
        sa.Column("set_at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_person_pin")),
    )


def _pin_guard() -> None:
    op.create_table(
        "pin_guard",
        sa.Column("subject", Id(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("boot", Id(), nullable=True),
        sa.Column("mono_ns", sa.BigInteger(), nullable=False),
        sa.Column("last_at", Utc(), nullable=True),
        sa.Column("locked_until", Utc(), nullable=True),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_pin_guard")),
    )


def _print_job() -> None:
    op.add_column("print_job", sa.Column("printer", sa.String(length=64), server_default="", nullable=False))


def _receipt() -> None:
    op.create_table(
        "receipt",
        sa.Column("id", Id(), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("supplier", sa.String(length=128), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("expected_on", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
        sa.UniqueConstraint("number", name=op.f("uq_receipt_number")),
    )


def _receipt_line() -> None:
    op.create_table(
        "receipt_line",
        sa.Column("id", Id(), nullable=False),
        sa.Column("receipt_id", Id(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sku_id", Id(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_receipt_line_quantity")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt_line")),
    )
    op.create_index(op.f("ix_receipt_line_receipt_id"), "receipt_line", ["receipt_id"], unique=False)


def _refund() -> None:
    op.create_table(
        "refund",
        sa.Column("id", Id(), nullable=False),
        sa.Column("return_id", Id(), nullable=False),
        sa.Column("return_item_id", Id(), nullable=True),
        sa.Column("order_id", Id(), nullable=False),
        sa.Column("order_line_id", Id(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("goods", Money(), nullable=False),
        sa.Column("discount", Money(), nullable=False),
        sa.Column("tax", Money(), nullable=False),
        sa.Column("fee", Money(), nullable=False),
        sa.Column("shipping", Money(), nullable=False),
        sa.Column("amount", Money(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("computed_at", Utc(), nullable=False),
        sa.Column("handed_at", Utc(), nullable=True),
        sa.Column("batch", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund")),
        sa.UniqueConstraint("return_item_id", name=op.f("uq_refund_return_item_id")),
    )
    op.create_index(op.f("ix_refund_order_id"), "refund", ["order_id"], unique=False)
    op.create_index(op.f("ix_refund_order_line_id"), "refund", ["order_line_id"], unique=False)
    op.create_index(op.f("ix_refund_return_id"), "refund", ["return_id"], unique=False)


def _reorder_point() -> None:
    op.create_table(
        "reorder_point",
        sa.Column("sku_id", Id(), nullable=False),
        sa.Column("minimum", sa.Integer(), nullable=False),
        sa.Column("maximum", sa.Integer(), nullable=False),
        sa.Column("pack", sa.Integer(), nullable=False),
        sa.Column("supplier", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("sku_id", name=op.f("pk_reorder_point")),
    )


def _return_case() -> None:
    op.create_table(
        "return_case",
        sa.Column("id", Id(), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("order_id", Id(), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("wish", sa.String(length=16), nullable=False),
        sa.Column("opened_at", Utc(), nullable=False),
        sa.Column("closed_at", Utc(), nullable=True),
        sa.Column("replacement_id", Id(), nullable=True),
        sa.Column("parcel_id", Id(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_case")),
        sa.UniqueConstraint("number", name=op.f("uq_return_case_number")),
    )
    op.create_index(op.f("ix_return_case_order_id"), "return_case", ["order_id"], unique=False)
    op.create_index(op.f("ix_return_case_state"), "return_case", ["state"], unique=False)


def _return_item() -> None:
    op.create_table(
        "return_item",
        sa.Column("id", Id(), nullable=False),
        sa.Column("return_id", Id(), nullable=False),
        sa.Column("order_line_id", Id(), nullable=True),
        sa.Column("sku_id", Id(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("lot", sa.String(length=64), nullable=False),
        sa.Column("serial", sa.String(length=64), nullable=False),
        sa.Column("grade", sa.Integer(), nullable=False),
        sa.Column("disposition", sa.String(length=16), nullable=False),
        sa.Column("place_id", Id(), nullable=True),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("approved_by", Id(), nullable=True),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_return_item_quantity")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_item")),
    )
    op.create_index("ix_return_item_line", "return_item", ["order_line_id"], unique=False)
    op.create_index(op.f("ix_return_item_return_id"), "return_item", ["return_id"], unique=False)


def _return_line() -> None:
    op.create_table(
        "return_line",
        sa.Column("id", Id(), nullable=False),
        sa.Column("return_id", Id(), nullable=False),
        sa.Column("order_line_id", Id(), nullable=True),
        sa.Column("sku_id", Id(), nullable=False),
        sa.Column("announced", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_line")),
    )
    op.create_index(op.f("ix_return_line_return_id"), "return_line", ["return_id"], unique=False)


def _tracking_event() -> None:
    op.create_table(
        "tracking_event",
        sa.Column("id", Id(), nullable=False),
        sa.Column("parcel_id", Id(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("status", sa.String(length=24), nullable=False),
        sa.Column("place", sa.String(length=128), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tracking_event")),
    )
    op.create_index(op.f("ix_tracking_event_parcel_id"), "tracking_event", ["parcel_id"], unique=False)


def _serial_unit() -> None:
    op.create_table(
        "serial_unit",
        sa.Column("sku_id", Id(), nullable=False),
        sa.Column("serial", sa.String(length=64), nullable=False),
        sa.Column("order_id", Id(), nullable=True),
        sa.Column("place_id", Id(), nullable=False),
        sa.Column("fact_id", Id(), nullable=False),
        sa.PrimaryKeyConstraint("sku_id", "serial", name=op.f("pk_serial_unit")),
    )


def _tote() -> None:
    op.create_index(op.f("ix_tote_order_id"), "tote", ["order_id"], unique=False)
    op.create_index(op.f("ix_tote_state"), "tote", ["state"], unique=False)
    op.add_column("tote", sa.Column("parked_at", Utc(), nullable=True))


def _sku_weight() -> None:
    op.create_table(
        "sku_weight",
        sa.Column("sku_id", Id(), nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("parcels", "units", "mean_mg", "low_mg", "high_mg", "strays")
        ),
        sa.PrimaryKeyConstraint("sku_id", name=op.f("pk_sku_weight")),
    )


def _tote_count() -> None:
    op.create_table(
        "tote_count",
        sa.Column("work_id", Id(), nullable=False),
        sa.Column("tote_id", Id(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("work_id", "tote_id", name=op.f("pk_tote_count")),
    )


def _work() -> None:
    op.create_index("ix_work_begun", "work", ["kind", "state", "started"], unique=False)
    op.add_column("work", sa.Column("cart_id", Id(), nullable=True))
