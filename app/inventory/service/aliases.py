"""A code that nobody knew becomes one more code of a product: decided here, once for all stations."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.barcodes import MAX_LENGTH
from app.db import changed
from app.ids import new_id
from app.models import Code, Incident, Sku


def answer_alias(session: Session, *, station_id: bytes, body: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Answers the ask "alias": `{"code", "sku_id", "units"}` → `{"sku": …}`, or `{"taken": …}` when the code means
    something else by now. Whoever keeps the catalogue is told of each.
    """
    code, sku_id = str(body.get("code", "")), bytes.fromhex(str(body.get("sku_id", "")))
    units = max(1, min(int(body.get("units", 1)), 99_999))
    sku = session.scalar(select(Sku.sku).where(Sku.id == sku_id))
    if sku is None or not code or len(code) > MAX_LENGTH or not code.isprintable():
        return {"taken": ""}
    rows = session.execute(select(Code.kind, Code.subject).where(Code.value == code)).all()
    if any((kind, subject) == ("item", sku_id) for kind, subject in rows):
        return {"sku": sku}
    if rows:
        return {"taken": rows[0].kind}
    session.execute(insert(Code).values(value=code, kind="item", subject=sku_id, units=units, printed=False))
    changed(session, Code, code, "item", sku_id)
    session.execute(
        insert(Incident).values(id=new_id(), kind="alias", subject=sku_id, detail=f"{code} = {sku}", opened_at=now)
    )
    return {"sku": sku}
